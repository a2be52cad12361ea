"""What the demo company sells."""

from __future__ import annotations

from typing import NamedTuple


ROBOT, CABINET, SPARE, SOFTWARE, SERVICE = "工业机器人", "控制柜", "备件", "软件", "服务"
CATEGORIES = (ROBOT, CABINET, SPARE, SOFTWARE, SERVICE)


class Item(NamedTuple):
    """A product. Prices and costs are in 1/10,000 yuan."""

    position: int
    sku: str
    name: str
    category: str
    is_custom: bool
    list_price_e4: int
    standard_cost_e4: int


# Category → (letter of the product number, cost as a share of the list price in per mille).
_SHAPES = {
    ROBOT: ("R", 765),
    CABINET: ("K", 705),
    SPARE: ("B", 590),
    SOFTWARE: ("S", 360),
    SERVICE: ("F", 540),
}

# Name and list price in yuan; a star marks what is made to the customer's order.
_PRODUCTS = {
    ROBOT: "六轴机器人HR6 86000 六轴机器人HR10 118000 六轴机器人HR20 152000 六轴机器人HR50 236000"
    " 重载机器人HR210 398000 四轴码垛机器人HP120 188000 四轴码垛机器人HP180 226000"
    " 并联拣选机器人HD3 96000 SCARA机器人HS400 48000 SCARA机器人HS600 59000 协作机器人HC5 79000"
    " 协作机器人HC12 112000 弧焊机器人HW8 135000 *非标焊接工作站 460000 *非标上下料工作站 328000",
    CABINET: "机器人控制柜C2 26800 机器人控制柜C4 38500 伺服驱动柜D3 31200 伺服驱动柜D6 52600"
    " 低压配电柜P1 12800 低压配电柜P2 18600 PLC控制柜L1 9800 PLC控制柜L3 22400 防爆控制柜E1 46800"
    " 远程IO站 6900 *定制电控系统 68000",
    SPARE: "谐波减速器 4200 RV减速器 8600 伺服电机750W 2350 伺服电机2kW 4680 编码器 980"
    " 动力电缆10m 620 信号电缆10m 380 示教器 6800 示教器支架 260 制动器 1150 同步带 90 润滑脂 160"
    " 电池组 210 气动手爪 1880 快换盘 3950 焊枪组件 5400 送丝轮 75 防护服 780 滤芯 120 继电器模块 145",
    SOFTWARE: "离线编程软件 36000 产线监控平台 86000 工艺专家库 28000 视觉定位软件 42000"
    " 设备健康管理 58000 数据采集网关许可 12000 *定制接口开发 75000",
    SERVICE: "安装调试 9800 操作培训 4800 编程培训 7600 年度保养 12800 延长质保 16500 现场抢修 3600"
    " 产线搬迁 28000 *驻场服务 24000",
}  # fmt: skip


def _items() -> tuple[Item, ...]:
    made: list[Item] = []
    for category, text in _PRODUCTS.items():
        letter, cost_per_mille = _SHAPES[category]
        words = text.split()
        for number, (name, price) in enumerate(zip(words[::2], words[1::2], strict=True), start=1):
            list_price_e4 = int(price) * 10_000
            made.append(
                Item(
                    position=len(made),
                    sku=f"HY-{letter}{number:02d}",
                    name=name.lstrip("*"),
                    category=category,
                    is_custom=name.startswith("*"),
                    list_price_e4=list_price_e4,
                    # Every third product is a little dearer to make, every fourth a little cheaper.
                    standard_cost_e4=list_price_e4
                    * (cost_per_mille + 30 * (number % 3 == 0) - 25 * (number % 4 == 0))
                    // 1000,
                )
            )
    return tuple(made)


ITEMS = _items()
