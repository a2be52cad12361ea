// Weights that always add up: what one slider takes, the unlocked others give, in proportion.

// weights: {name: integer}; returns new weights that sum to total whenever the locked ones allow.
export function rebalance(weights, changed, value, { locked = new Set(), total = 100 } = {}) {
  const names = Object.keys(weights);
  const fixed = names.filter((name) => name !== changed && locked.has(name));
  const free = names.filter((name) => name !== changed && !locked.has(name));
  const room = Math.max(0, total - fixed.reduce((sum, name) => sum + weights[name], 0));
  const wanted = Math.max(0, Math.min(room, Math.round(value)));
  const result = { ...weights, [changed]: free.length ? wanted : room };
  share(result, free, weights, room - result[changed]);
  return result;
}

// Scales every unlocked weight so that all add up to total.
export function normalise(weights, { locked = new Set(), total = 100 } = {}) {
  const names = Object.keys(weights);
  const free = names.filter((name) => !locked.has(name));
  const fixed = names.filter((name) => locked.has(name)).reduce((sum, name) => sum + weights[name], 0);
  const result = { ...weights };
  share(result, free, weights, Math.max(0, total - fixed));
  return result;
}

// Splits `amount` over `names` in the proportion of `weights`, whole numbers, largest remainder.
function share(result, names, weights, amount) {
  if (!names.length) return;
  const sum = names.reduce((total, name) => total + weights[name], 0);
  const parts = names.map((name, index) => {
    const exact = sum ? (weights[name] * amount) / sum : amount / names.length;
    return { name, index, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = amount - parts.reduce((total, part) => total + part.whole, 0);
  for (const part of [...parts].sort((a, b) => b.rest - a.rest || a.index - b.index)) {
    result[part.name] = part.whole + (left-- > 0 ? 1 : 0);
  }
}
