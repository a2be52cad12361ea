// How numbers, money and dates read: the twin of formats.py. Both answer to the vectors in
// tests/web/format_vectors.json, so change them together. Amounts come as integers of 1/10,000
// units (number, digit string or BigInt), dates as ISO text. null reads as a dash.

export const MISSING = "—";
const E4 = 10_000n;

const SCALES_ZH = [
  { units: 100_000_000n * E4, digits: 2, suffix: " 亿" },
  { units: 10_000n * E4, digits: 1, suffix: " 万" },
];
const SCALES_EN = [
  { units: 1_000_000_000n * E4, digits: 2, suffix: "B" },
  { units: 1_000_000n * E4, digits: 1, suffix: "M" },
  { units: 1_000n * E4, digits: 1, suffix: "K" },
];
const SCALE_UNITS = {
  one: E4,
  thousand: 1_000n * E4,
  wan: 10_000n * E4,
  million: 1_000_000n * E4,
  yi: 100_000_000n * E4,
  billion: 1_000_000_000n * E4,
};
const SYMBOLS = {
  CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "JP¥", HKD: "HK$", TWD: "NT$", KRW: "₩", INR: "₹",
};
const CURRENCY_ZH = {
  CNY: "元", USD: "美元", EUR: "欧元", GBP: "英镑", JPY: "日元", HKD: "港元", TWD: "新台币",
  KRW: "韩元", INR: "卢比",
};
const SCALE_NAMES_ZH = { one: "", thousand: "千", wan: "万", million: "百万", yi: "亿", billion: "十亿" };
const SCALE_NAMES_EN = { one: "", thousand: "K", wan: "10K", million: "M", yi: "100M", billion: "B" };
// ISO 4217 currencies whose minor unit is not 1/100.
const MINOR_DIGITS = Object.fromEntries([
  ..."BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ").map((c) => [c, 0]),
  ..."BHD IQD JOD KWD LYD OMR TND".split(" ").map((c) => [c, 3]),
]);

const WEEKDAYS_ZH = "日一二三四五六";
const WEEKDAYS_EN = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS_EN = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const isChinese = (lang) => lang.toLowerCase().startsWith("zh");
const absent = (value) => value === null || value === undefined;
const abs = (value) => (value < 0n ? -value : value);

function roundDiv(value, step) {
  const size = abs(value);
  const rounded = size / step + ((size % step) * 2n >= step ? 1n : 0n);
  return value < 0n ? -rounded : rounded;
}

function grouped(units, digits, signed = false) {
  const size = abs(units);
  const base = 10n ** BigInt(digits);
  const whole = (size / base).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = units < 0n ? "-" : signed && units > 0n ? "+" : "";
  const tail = digits ? "." + (size % base).toString().padStart(digits, "0") : "";
  return sign + whole + tail;
}

// Any finite decimal text, also "1e-7" → [numerator, denominator]; null for anything else.
function exact(value) {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(String(value).trim());
  if (!parts || !(parts[2] || parts[3])) return null;
  const fraction = parts[3] ?? "";
  const exponent = Number(parts[4] ?? 0) - fraction.length;
  const digits = BigInt((parts[2] ?? "") + fraction);
  const sign = parts[1] === "-" ? -1n : 1n;
  if (exponent >= 0) return [sign * digits * 10n ** BigInt(exponent), 1n];
  return [sign * digits, 10n ** BigInt(-exponent)];
}

export function number(value, digits = 0, { signed = false } = {}) {
  const ratio = absent(value) ? null : exact(value);
  if (!ratio) return MISSING;
  return grouped(roundDiv(ratio[0] * 10n ** BigInt(digits), ratio[1]), digits, signed);
}

export function symbol(currency) {
  return currency ? (SYMBOLS[currency] ?? `${currency} `) : "";
}

export function money(unitsE4, lang, currency = "") {
  if (absent(unitsE4)) return MISSING;
  const units = BigInt(unitsE4);
  const scales = isChinese(lang) ? SCALES_ZH : SCALES_EN;
  const size = abs(units);
  let text = grouped(roundDiv(size, E4), 0);
  let suffix = "";
  for (const [index, scale] of scales.entries()) {
    // What rounds up to the next scale is shown in it: 9,999.99 reads 1.0 万, not 10,000.
    const below = scales[index + 1] ?? { units: E4, digits: 0 };
    const power = 10n ** BigInt(below.digits);
    if (roundDiv(size * power, below.units) * below.units >= scale.units * power) {
      text = grouped(roundDiv(size * 10n ** BigInt(scale.digits), scale.units), scale.digits);
      suffix = scale.suffix;
      break;
    }
  }
  const sign = units < 0n && text !== "0" ? "-" : "";
  return sign + symbol(currency) + text + suffix;
}

export function moneyFull(unitsE4, currency) {
  if (absent(unitsE4)) return MISSING;
  const digits = MINOR_DIGITS[currency] ?? 2;
  const minor = roundDiv(BigInt(unitsE4), 10n ** BigInt(4 - digits));
  return (minor < 0n ? "-" : "") + symbol(currency) + grouped(abs(minor), digits);
}

export function columnScale(lang) {
  return isChinese(lang) ? "wan" : "thousand";
}

export function moneyScaled(unitsE4, scale, digits = 1) {
  if (absent(unitsE4)) return MISSING;
  return grouped(roundDiv(BigInt(unitsE4) * 10n ** BigInt(digits), SCALE_UNITS[scale]), digits);
}

export function moneyUnit(scale, currency, lang) {
  if (isChinese(lang)) return SCALE_NAMES_ZH[scale] + (CURRENCY_ZH[currency] ?? ` ${currency}`);
  return `${currency} ${SCALE_NAMES_EN[scale]}`.trim();
}

export function percent(value, digits = 1, options = {}) {
  const text = number(value, digits, options);
  return text === MISSING ? text : `${text}%`;
}

export function points(value, lang, digits = 1) {
  const text = number(value, digits, { signed: true });
  if (text === MISSING) return text;
  return isChinese(lang) ? `${text} 个百分点` : `${text} pp`;
}

export function score(scoreMicro, digits = 1) {
  if (absent(scoreMicro)) return MISSING;
  return grouped(roundDiv(BigInt(scoreMicro) * 10n ** BigInt(digits), 1_000_000n), digits);
}

export function quantity(quantityMilli) {
  if (absent(quantityMilli)) return MISSING;
  return grouped(BigInt(quantityMilli), 3).replace(/\.?0+$/, "");
}

const DAY_MS = 86_400_000;

function parts(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  // Date.UTC reads years below 100 as 19xx; setUTCFullYear does not.
  const number = new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
  return { year, month, day, number };
}

export function day(on, lang, today) {
  if (absent(on)) return MISSING;
  const date = parts(on);
  const sameYear = date.year === parts(today).year;
  if (isChinese(lang)) {
    const text = `${date.month}月${date.day}日`;
    return sameYear ? text : `${date.year}年${text}`;
  }
  const text = `${date.day} ${MONTHS_EN[date.month - 1]}`;
  return sameYear ? text : `${text} ${date.year}`;
}

export function dayLong(on, lang, today) {
  if (absent(on)) return MISSING;
  const date = parts(on);
  const weekday = (((date.number + 4) % 7) + 7) % 7; // 1970-01-01 was a Thursday
  const text = day(on, lang, today);
  return isChinese(lang) ? `${text} 周${WEEKDAYS_ZH[weekday]}` : `${WEEKDAYS_EN[weekday]} ${text}`;
}

export function month(on, lang) {
  if (absent(on)) return MISSING;
  const date = parts(on);
  return isChinese(lang) ? `${date.year}年${date.month}月` : `${MONTHS_EN[date.month - 1]} ${date.year}`;
}

export function ago(on, today, lang) {
  if (absent(on)) return MISSING;
  const then = parts(on);
  const now = parts(today);
  const days = then.number - now.number;
  const zh = isChinese(lang);
  if (Math.abs(days) <= 1) {
    return (zh ? ["昨天", "今天", "明天"] : ["yesterday", "today", "tomorrow"])[days + 1];
  }
  const [early, late] = days < 0 ? [then, now] : [now, then];
  const months =
    (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day ? 1 : 0);
  let [count, unitZh, unitEn] = [Math.abs(days), "天", "day"];
  if (count > 60) {
    [count, unitZh, unitEn] =
      months < 24 ? [months, "个月", "month"] : [Math.floor(months / 12), "年", "year"];
  }
  if (zh) return `${count} ${unitZh}${days < 0 ? "前" : "后"}`;
  const words = `${count} ${unitEn}${count === 1 ? "" : "s"}`;
  return days < 0 ? `${words} ago` : `in ${words}`;
}

export function overdue(days, lang) {
  if (absent(days)) return MISSING;
  const size = Math.abs(days);
  const plural = size === 1 ? "" : "s";
  const zh = isChinese(lang);
  if (days > 0) return zh ? `逾期 ${size} 天` : `${size} day${plural} overdue`;
  if (days === 0) return zh ? "今天到期" : "due today";
  return zh ? `还有 ${size} 天` : `due in ${size} day${plural}`;
}
