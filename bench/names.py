"""Plausible Chinese company and personal names, many different ones, the same every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    import numpy as np

PLACES = [
    "长沙",
    "株洲",
    "湘潭",
    "衡阳",
    "岳阳",
    "武汉",
    "宜昌",
    "上海",
    "苏州",
    "无锡",
    "南京",
    "常州",
    "宁波",
    "杭州",
    "温州",
    "嘉兴",
    "广州",
    "深圳",
    "东莞",
    "佛山",
    "珠海",
    "北京",
    "天津",
    "青岛",
    "济南",
    "烟台",
    "沈阳",
    "大连",
    "哈尔滨",
    "长春",
    "西安",
    "宝鸡",
    "成都",
    "绵阳",
    "重庆",
    "昆明",
    "贵阳",
    "南宁",
    "福州",
    "厦门",
    "泉州",
    "合肥",
    "芜湖",
    "南昌",
    "郑州",
    "洛阳",
    "石家庄",
    "太原",
    "乌鲁木齐",
    "兰州",
]
FIRST = "中华国天金瑞宏泰盛恒新东大联兴永福德百海博长正润鑫锦嘉隆信安启云蓝星远航卓越"
SECOND = "岳智科达信通源丰创辉腾宇力诚凯茂阳恒业邦图泽晟铭森力川江河峰坤乾维众合立方元"
TRADES = [
    "重工",
    "机械",
    "智能装备",
    "电子",
    "新材料",
    "能源",
    "精密制造",
    "自动化",
    "机器人",
    "汽车零部件",
    "电气",
    "轨道交通",
    "航空",
    "船舶",
    "化工",
    "制药",
    "医疗器械",
    "食品",
    "纺织",
    "物流",
    "建材",
    "环保",
    "仪表",
    "软件",
    "信息技术",
    "通信",
    "半导体",
    "光电",
    "钢铁",
    "模具",
]
FORMS = ("有限公司", "股份有限公司", "集团有限公司", "有限责任公司")
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余单仇区查翟"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉鹏宇浩婷欣怡佳子轩梓涵思源晨曦"


def company_names(count: int, random: np.random.Generator) -> list[str]:
    """Names of companies; a few of them are the same, as in life."""

    def pick(words: Any) -> list[Any]:
        return [words[n] for n in random.integers(0, len(words), count)]

    parts = (pick(PLACES), pick(FIRST), pick(SECOND), pick(FIRST), pick(TRADES), pick(FORMS))
    three = random.random(count) < 0.3
    return [
        f"{place}{a}{b}{c if longer else ''}{trade}{form}"
        for place, a, b, c, trade, form, longer in zip(*parts, three, strict=True)
    ]


def person_names(count: int, random: np.random.Generator) -> list[str]:
    surnames = random.integers(0, len(SURNAMES), count)
    given = random.integers(0, len(GIVEN), (count, 2))
    short = random.random(count) < 0.25
    return [
        SURNAMES[s] + GIVEN[a] + ("" if one else GIVEN[b])
        for s, (a, b), one in zip(surnames, given, short, strict=True)
    ]
