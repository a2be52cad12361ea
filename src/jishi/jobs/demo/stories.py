"""The planted stories: customers whose records tell something that the product must show.

`docs/demo-company.md` says of each what a reader should see; `tests/jobs/test_demo_stories.py`
checks it from the stored rows for several days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from jishi.jobs.demo.catalogue import CABINET, ROBOT
from jishi.jobs.demo.dates import HISTORY_MONTHS, History, workday_on_or_before
from jishi.jobs.demo.firms import YUAN_E4, Firm, PlannedOrder, random_for
from jishi.jobs.demo.words import PLACES


FLAGSHIP = 1
FALLING_GIANT = 2
RISING_STAR = 3
LOSS_MAKER = 4
BROKEN_PROMISE = 5
SILENT_LOYAL = 6
LATE_PAYER = 7
REFERRER = 8
NEWLY_STRATEGIC = 9
GROUP_HEAD = 10
# Number → number of the firm above it: three regional companies, ten plants.
GROUP_PARENTS = {
    11: 10, 12: 10, 13: 10,
    14: 11, 15: 11, 16: 11, 17: 12, 18: 12, 19: 12, 20: 12, 21: 13, 22: 13, 23: 13,
}  # fmt: skip
REFERRED = (129, 130, 131)

_WAN_E4 = 10_000 * YUAN_E4

# Sales of the quarters back from today, newest first, in 10,000 yuan; then a year of the first.
_FALLING_WAN = (40, 140, 230, 320, 420, 520, 620, 720)
_FALLING_BEFORE_WAN = 780
_RISING_WAN = (360, 230, 145, 90, 55, 33, 20, 12)


def monthly_orders(
    rng: Random, history: History, months_e4: Sequence[int], per_month: float
) -> list[PlannedOrder]:
    """Orders that add up to the given sum in every month back from today, newest first."""
    planned: list[PlannedOrder] = []
    for months_ago, month_e4 in enumerate(months_e4):
        days = history.workdays(*history.month(months_ago))
        count = max(1, min(len(days), round(per_month + rng.uniform(-0.4, 0.4))))
        if not month_e4 or not days:
            continue
        shares = [rng.uniform(0.7, 1.3) for _order in range(count)]
        for index, share in enumerate(shares):
            day = days[int((index + rng.uniform(0.2, 0.8)) * len(days) / count)]
            planned.append(PlannedOrder(day, int(month_e4 * share / sum(shares))))
    return sorted(planned, key=lambda order: order.ordered_on)


def _level(yearly_wan: Sequence[float]) -> list[int]:
    """36 equal months per year's sum, newest year first."""
    return [int(yearly_wan[month // 12] * _WAN_E4 / 12) for month in range(HISTORY_MONTHS)]


def _flagship(rng: Random, history: History) -> list[PlannedOrder]:
    return monthly_orders(rng, history, _level((2600, 2120, 1750)), per_month=9)


def _falling(rng: Random, history: History) -> list[PlannedOrder]:
    """Eight shrinking quarters; in the newest a single order in its first days, then nothing."""
    quarters = [*_FALLING_WAN, *[_FALLING_BEFORE_WAN] * 4]
    months = [int(quarters[month // 3] * _WAN_E4 / 3) for month in range(HISTORY_MONTHS)]
    planned = monthly_orders(rng, history, [0, 0, 0, *months[3:]], per_month=4)
    last_day = history.workdays(history.month(2)[0], history.month(2)[1])[1]
    return [*planned, PlannedOrder(last_day, _FALLING_WAN[0] * _WAN_E4)]


def _rising(rng: Random, history: History) -> list[PlannedOrder]:
    planned = []
    for quarter, wan in enumerate(_RISING_WAN):
        months: list[int] = [0] * (quarter * 3) + [int(wan * _WAN_E4 / 3)] * 3
        planned += monthly_orders(rng, history, months, per_month=max(1.0, 5 - quarter))
    return sorted(planned, key=lambda order: order.ordered_on)


def _losing(rng: Random, history: History) -> list[PlannedOrder]:
    return monthly_orders(rng, history, _level((2000, 1740, 1450)), per_month=7)


def _promised(rng: Random, history: History) -> list[PlannedOrder]:
    return monthly_orders(rng, history, _level((600, 590, 560)), per_month=3)


def _loyal(rng: Random, history: History) -> list[PlannedOrder]:
    """Every second week for three years, always about the same."""
    span = (history.today - history.begins_on).days
    return [
        PlannedOrder(
            workday_on_or_before(history.days_ago(days)),
            int(19.2 * _WAN_E4 * rng.uniform(0.97, 1.03)),
        )
        for days in range(span - span % 14 - 8, 0, -14)
    ]


def _late(rng: Random, history: History) -> list[PlannedOrder]:
    return monthly_orders(rng, history, _level((700, 690, 650)), per_month=4)


def _referring(rng: Random, history: History) -> list[PlannedOrder]:
    return monthly_orders(rng, history, _level((220, 215, 200)), per_month=2)


def _strategic(_rng: Random, history: History) -> list[PlannedOrder]:
    return [
        PlannedOrder(history.workday_ago(days), int(wan * _WAN_E4))
        for days, wan in ((148, 3.2), (110, 5.8), (63, 7.4), (21, 9.6))
    ]


def _referred(rng: Random, history: History) -> list[PlannedOrder]:
    """New within the last ten months."""
    months = [int(rng.uniform(6, 9) * _WAN_E4) for _month in range(8)]
    return monthly_orders(rng, history, months, per_month=1)


@dataclass(frozen=True, slots=True)
class Story:
    """Who the customer is and what makes it a story."""

    name: str
    short_name: str
    city: str
    industry: str
    business: str
    need: str
    orders: Callable[[Random, History], list[PlannedOrder]]
    since_days: int
    discount_per_mille: int = 90
    payment_days: int = 60
    delay_days: float = 2.0
    categories: tuple[str, ...] = ()
    mood: float = 0.8
    cost_per_mille: int = 1000
    rating_pct: float = 66.0
    touch_gap_days: float = 14.0
    silent_days: int = 6
    size_class: str = "large"


STORIES: dict[int, Story] = {
    FLAGSHIP: Story(
        "长沙中联智科工程机械有限公司", "中联智科", "长沙", "C35", "工程机械", "厚板焊接产线与远程运维",
        _flagship, since_days=4_200, discount_per_mille=110, mood=0.92, touch_gap_days=9,
        cost_per_mille=900, rating_pct=91,
    ),
    FALLING_GIANT: Story(
        "武汉长川重型装备有限公司", "长川重装", "武汉", "C35", "重型装备", "重载搬运产线",
        _falling, since_days=3_650, discount_per_mille=120, mood=0.42, touch_gap_days=16,
        silent_days=118, rating_pct=58,
    ),
    RISING_STAR: Story(
        "合肥晶曜锂电科技有限公司", "晶曜锂电", "合肥", "C38", "锂电设备", "电芯上下料机器人批量复制",
        _rising, since_days=728, discount_per_mille=70, mood=0.9, touch_gap_days=10,
        cost_per_mille=960, rating_pct=86,
    ),
    LOSS_MAKER: Story(
        "上海骐骥汽车系统有限公司", "骐骥汽车", "上海", "C36", "汽车系统", "焊装线价格最低",
        _losing, since_days=2_100, discount_per_mille=300, payment_days=90, delay_days=12,
        categories=(ROBOT, CABINET), mood=0.6, touch_gap_days=8,
    ),
    BROKEN_PROMISE: Story(
        "苏州启澜光电有限公司", "启澜光电", "苏州", "C39", "光电显示", "面板搬运机器人稳定性整改",
        _promised, since_days=1_700, mood=0.35, touch_gap_days=18, silent_days=41,
    ),
    SILENT_LOYAL: Story(
        "佛山沐泽陶瓷科技有限公司", "沐泽陶瓷", "佛山", "C30", "陶瓷", "施釉线备件按期供应",
        _loyal, since_days=3_000, delay_days=-4, mood=0.8, touch_gap_days=30, silent_days=236,
    ),
    LATE_PAYER: Story(
        "沈阳铭坤矿山机械有限公司", "铭坤矿机", "沈阳", "C35", "矿山机械", "重载切割与账期支持",
        _late, since_days=2_600, delay_days=95, mood=0.7, touch_gap_days=13,
    ),
    REFERRER: Story(
        "宁波嘉拓泵阀制造有限公司", "嘉拓泵阀", "宁波", "C34", "泵阀", "打磨工作站升级",
        _referring, since_days=2_300, mood=0.95, touch_gap_days=15,
    ),
    NEWLY_STRATEGIC: Story(
        "深圳曜石航空部件有限公司", "曜石航空", "深圳", "C37", "航空部件", "复材打磨与钻铆联合开发",
        _strategic, since_days=190, discount_per_mille=40, mood=0.88, touch_gap_days=9,
        size_class="small",
    ),
    REFERRED[0]: Story(
        "宁波旭衡轴承有限公司", "旭衡轴承", "宁波", "C34", "轴承", "自动检测与分拣",
        _referred, since_days=255, touch_gap_days=40, size_class="medium",
    ),
    REFERRED[1]: Story(
        "台州翰川泵业有限公司", "翰川泵业", "台州", "C34", "泵业", "打磨工作站",
        _referred, since_days=252, touch_gap_days=40, size_class="medium",
    ),
    REFERRED[2]: Story(
        "绍兴沃维电机有限公司", "沃维电机", "绍兴", "C38", "电机", "绕线与装配",
        _referred, since_days=250, touch_gap_days=40, size_class="medium",
    ),
}  # fmt: skip

_GROUP_BRAND = "岚峰"
_GROUP_SITES = (
    ("广州", "集团", ""), ("长沙", "食品科技", "华中"), ("广州", "饮品科技", "华南"),
    ("杭州", "粮油科技", "华东"), ("湘潭", "食品", "一厂"), ("南昌", "食品", "二厂"),
    ("襄阳", "粮油", "三厂"), ("惠州", "饮品", "一厂"), ("南宁", "饮品", "二厂"),
    ("泉州", "饮品", "三厂"), ("柳州", "糖业", "四厂"), ("嘉兴", "粮油", "一厂"),
    ("芜湖", "粮油", "二厂"), ("绍兴", "调味品", "三厂"),
)  # fmt: skip


def _place(city: str) -> int:
    return next(index for index, place in enumerate(PLACES) if place.name == city)


def _group_firm(number: int, history: History) -> Firm:
    city, trade, _site = _GROUP_SITES[number - GROUP_HEAD]
    is_head = number == GROUP_HEAD
    rng = random_for("story", number)
    name = (
        f"{_GROUP_BRAND}{trade}股份有限公司" if is_head else f"{city}{_GROUP_BRAND}{trade}有限公司"
    )
    yearly = tuple(rng.uniform(38, 46) * share for share in (1.0, 0.97, 0.9))
    return Firm(
        number=number,
        name=name,
        short_name=f"{_GROUP_BRAND}集团" if is_head else f"{city}{_GROUP_BRAND}",
        place=PLACES[_place(city)],
        industry="C14",
        business="食品饮料",
        need="集团统一框架协议" if is_head else "码垛与装箱",
        size_class="large" if is_head else "medium",
        parent=GROUP_PARENTS.get(number),
        since_on=history.days_ago(1_500 - number * 7),
        discount_per_mille=75,
        payment_days=45,
        orders=[] if is_head else monthly_orders(rng, history, _level(yearly), per_month=1),
        touch_gap_days=45,
        silent_days=9,
        is_story=True,
    )


def story_firm(number: int, history: History) -> Firm | None:
    """The firm of that number if it carries a story."""
    if number == GROUP_HEAD or number in GROUP_PARENTS:
        return _group_firm(number, history)
    story = STORIES.get(number)
    if story is None:
        return None
    firm = Firm(
        number=number,
        name=story.name,
        short_name=story.short_name,
        place=PLACES[_place(story.city)],
        industry=story.industry,
        business=story.business,
        need=story.need,
        size_class=story.size_class,
        since_on=history.today - timedelta(days=story.since_days),
        discount_per_mille=story.discount_per_mille,
        payment_days=story.payment_days,
        delay_days=story.delay_days,
        delay_spread_days=4.0,
        mood=story.mood,
        cost_per_mille=story.cost_per_mille,
        rating_pct=story.rating_pct,
        touch_gap_days=story.touch_gap_days,
        silent_days=story.silent_days,
        orders=story.orders(random_for("story", number), history),
        is_story=True,
    )
    if story.categories:
        firm.categories = story.categories
    return firm
