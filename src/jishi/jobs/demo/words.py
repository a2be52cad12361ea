"""What invented names are made of: places, trades, brands, surnames, given names.

Every company and person is made up from these lists; a name that somebody really bears is
coincidence. Surnames hold the ones whose reading differs from the character's usual one, and a few
of two characters, because search and sorting must get them right.
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A city, its GB/T 2260 code and the sales region it belongs to."""

    name: str
    region: str
    area: str


class Trade(NamedTuple):
    """What a company makes, its GB/T 4754 division, and what it needs from us."""

    name: str
    industry: str
    need: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PLACES = tuple(
    Place(name, region, area)
    for area, cities in {
        "shanghai_jiangsu": "上海 310000 南京 320100 无锡 320200 徐州 320300 常州 320400 苏州 320500"
        " 南通 320600 扬州 321000",
        "zhejiang_anhui": "杭州 330100 宁波 330200 温州 330300 嘉兴 330400 绍兴 330600 台州 331000"
        " 合肥 340100 芜湖 340200",
        "south": "广州 440100 深圳 440300 珠海 440400 佛山 440600 惠州 441300 东莞 441900"
        " 中山 442000 福州 350100 厦门 350200 泉州 350500 南宁 450100 柳州 450200",
        "central": "长沙 430100 株洲 430200 湘潭 430300 武汉 420100 宜昌 420500 襄阳 420600"
        " 郑州 410100 洛阳 410300 南昌 360100",
        "southwest": "重庆 500000 成都 510100 绵阳 510700 贵阳 520100 昆明 530100 西安 610100"
        " 兰州 620100",
        "north": "北京 110000 天津 120000 石家庄 130100 唐山 130200 保定 130600 太原 140100"
        " 包头 150200 沈阳 210100 大连 210200 长春 220100 哈尔滨 230100 济南 370100 青岛 370200"
        " 烟台 370600 潍坊 370700",
    }.items()
    for name, region in zip(cities.split()[::2], cities.split()[1::2], strict=True)
)

TRADES = tuple(
    Trade(*line.split())
    for line in """
    汽车零部件 C36 焊装线与搬运机器人
    新能源汽车 C36 电池托盘焊接与涂胶
    汽车电子 C36 柔性装配与检测
    工程机械 C35 厚板焊接工作站
    矿山机械 C35 重载搬运与切割
    半导体设备 C35 洁净室搬运机械手
    医疗器械 C35 小批量精密装配
    环保设备 C35 电控柜与远程运维
    农业机械 C35 机架焊接与喷涂
    包装机械 C35 高速拣选与码垛
    精密机械 C34 数控上下料
    数控机床 C34 机床上下料与刀库
    泵阀制造 C34 打磨与搬运
    轴承制造 C34 自动检测与分拣
    电梯部件 C34 钣金折弯上下料
    金属制品 C33 冲压连线
    钢结构 C33 龙门焊接系统
    五金科技 C33 打磨抛光工作站
    铝业 C32 压铸取件与去毛刺
    特种钢 C31 高温取样机器人
    陶瓷科技 C30 施釉与搬运
    玻璃科技 C30 玻璃搬运与检测
    橡塑科技 C29 注塑取件
    轮胎科技 C29 胎坯搬运
    医药科技 C27 无菌分装
    精细化工 C26 防爆搬运与控制柜
    印务科技 C23 纸垛搬运
    智能家居 C21 板材分拣与喷涂
    纺织科技 C17 纱筒搬运与码垛
    饮品科技 C15 高速码垛
    食品科技 C14 拣选装箱
    粮油科技 C13 袋装码垛
    轨道装备 C37 车体焊接与涂装
    船舶装备 C37 船板坡口切割
    航空部件 C37 钻铆与复材打磨
    锂电科技 C38 电芯上下料与化成搬运
    光伏科技 C38 组件搬运与排版
    电力设备 C38 柜体焊接与控制柜
    电机制造 C38 绕线与装配
    智能家电 C38 总装与搬运
    电子科技 C39 锁付点胶与检测
    光电科技 C39 面板搬运
    通信设备 C39 柔性装配
    精密电路 C39 上下板与检测
    仪器仪表 C40 标定与检测工作站
    智能物流 G59 分拣与码垛
    冷链仓储 G59 低温码垛
    """.strip().splitlines()
)

# Names that end otherwise than 有限公司: (ending, division, customer type, need).
PUBLIC_BODIES = (
    ("职业技术学院", "P83", "government", "实训室与师资培训"),
    ("技师学院", "P83", "government", "机器人实训平台"),
    ("产品质量检验研究院", "M74", "government", "性能检测平台"),
    ("高新区智造服务中心", "S92", "government", "示范产线"),
    ("第二人民医院", "Q84", "government", "物资配送机器人"),
)
TRADERS = (
    ("工业品贸易有限公司", "F51", "retail", "备件与控制柜现货"),
    ("机电设备商行", "F52", "retail", "备件零售"),
    ("自动化配件有限公司", "F51", "retail", "备件分销"),
)

BRAND_FIRST = "恒瑞鼎博汇盛远宏天德安泰兴东海星凯诚佳锦启睿昊嘉卓旭铭骏辰沃融翰弘乾岚沐"
BRAND_SECOND = "锐诚达源力捷通泽晟尚腾驰峰信川岳朗图维铂翔帆坤澜拓景邦和创禾"

SURNAMES = _words(
    "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭"
    " 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾"
    " 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃"
)
# 单 Shàn, 解 Xiè, 仇 Qiú, 查 Zhā, 盖 Gě, 区 Ōu, 乐 Yuè, 翟 Zhái, 缪 Miào, 朴 Piáo, 华 Huà …
HETERONYM_SURNAMES = _words(
    "单 解 仇 查 盖 区 乐 翟 缪 朴 华 燕 员 秘 折 种 繁 那 哈 宓 尉迟 长孙 万俟 欧阳 司马 上官 诸葛 皇甫"
)
GIVEN_FIRST = "建国志文晓海永俊立振家明思雪丽秀玉婉佳雨春秋瑞景宏卫新学世承启子梓欣慧静淑月红德光"
GIVEN_SECOND = "华强伟军平峰涛斌辉勇杰鹏宇飞龙远康敏静芳娟燕玲霞莉琳蕾婷颖洁梅兰云岚宁安山林东生"

# Title, department, part in the decision, influence 1 to 5.
POSITIONS = (
    ("总经理", "总经办", "decider", 5),
    ("采购总监", "采购部", "buyer", 4),
    ("生产厂长", "制造部", "user", 4),
    ("设备科长", "设备部", "influencer", 3),
    ("财务总监", "财务部", "approver", 4),
    ("工艺工程师", "工艺部", "initiator", 2),
    ("采购经理", "采购部", "buyer", 3),
    ("总经理助理", "总经办", "gatekeeper", 3),
    ("副总经理", "总经办", "decider", 5),
    ("信息部经理", "信息部", "influencer", 3),
    ("车间主任", "制造部", "user", 2),
)
THIRD_PARTY_POSITIONS = (
    ("设计院主任工程师", "设计院", "influencer", 4),
    ("招标代理项目经理", "招标代理", "gatekeeper", 3),
    ("监理工程师", "监理单位", "influencer", 2),
)
STREETS = ("创业路", "兴业大道", "科技园路", "滨江路", "工业一路", "先锋路", "新区大道", "银杏路")
SOURCES = ("展会", "老客户介绍", "电话开发", "官网询盘", "招标平台", "渠道推荐", "技术交流会")
STRATEGIES = {
    "key": ("高层互访、联合开发、专属团队", "锁定年度框架、备件驻库", "标杆共建、优先交付"),
    "grow": ("扩大品类、推动试点到批量", "方案先行、争取二期"),
    "keep": ("按季回访、稳住复购", "线上响应、批量关怀"),
    "win": ("打样验证、首单突破", "参观样板、建立信任"),
}
