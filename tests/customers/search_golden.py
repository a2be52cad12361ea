"""Names and places with the ways people type them: full pinyin with the right reading, and initials."""

from __future__ import annotations


# Surnames, given names and places whose first reading in a dictionary is the wrong one, then
# well-known names in plain readings.
_LINES = """
曾国平 zengguoping zgp
解晓东 xiexiaodong xxd
仇宏 qiuhong qh
区志强 ouzhiqiang ozq
查良镛 zhaliangyong zly
翟天 zhaitian zt
缪建 miaojian mj
单县 shanxian
长沙中联重科 zlzk zhonglian changshazhonglian cszlzk 中联重科
重庆长安汽车 chongqing cqcaqc changan 长安
单雄信 shanxiongxin sxx
朴树 piaoshu ps
朴正浩 piaozhenghao
盖叫天 gaijiaotian gjt
纪晓岚 jixiaolan jxl
任正非 renzhengfei rzf
华罗庚 hualuogeng hlg
覃海洋 qinhaiyang qhy
谌龙 chenlong
员外郎 yuanwailang
种师道 chongshidao csd
逄先知 pangxianzhi pxz
隗嚣 weixiao
郇中建 xunzhongjian
折德扆 shede
乐嘉 lejia lj
乐毅 yueyi yy
尉迟恭 yuchigong ycg
万俟卨 moqi mqx
冼星海 xianxinghai xxh
洗夫人 xianfuren
黑敬德 hejingde
秘宜 biyi
繁钦 poqin pq
召成 shaocheng
晁补之 chaobuzhi
么文杰 yaowenjie
那英 naying ny
宁浩 ninghao nh
祭遵 zhaizun
哈文 hawen
令狐冲 linghuchong lhc
长孙无忌 zhangsunwuji zswj
澹台灭明 tantaimieming ttmm
宿白 subai
葛优 geyou gy
盛宣怀 shengxuanhuai sxh
参寥 canliao
朝阳重机 chaoyang cyzj
朝阳钢铁 chaoyanggangtie
行唐县 xingtang xtx
大埔县 dabu dbx
番禺区 panyu pyq
蚌埠市 bengbu bbs
六安市 luan las
亳州市 bozhou bzs
台州市 taizhou tzs
丽水市 lishui lss
铅山县 yanshan ysx
乐清市 yueqing yqs
乐山市 leshan
乐亭县 laoting ltx
歙县 shexian
黟县 yixian
涡阳县 guoyang gyx
浚县 xunxian
泌阳县 biyang byx
荥阳市 xingyang xys
莘县 shenxian
东阿县 donge
牟平区 muping mpq
中牟县 zhongmu zmx
洪洞县 hongtong htx
尉犁县 yuli ylx
盱眙县 xuyi xyx
筠连县 junlian jlx
犍为县 qianwei qwx
阆中市 langzhong lzs
郫都区 pidu pdq
黄陂区 huangpi hpq
嵊州市 shengzhou szs
珲春市 hunchun hcs
桦甸市 huadian hds
穆棱市 muling mls
瑷珲 aihui ah
睢宁县 suining snx
邳州市 pizhou pzs
甪直镇 luzhi lzz
厦门航空 xiamen xmhk
十堰东风 shiyan sydf
枞阳县 zongyang zyx
渑池县 mianchi mcx
武陟县 wuzhi wzx
柘城县 zhecheng zcx
郏县 jiaxian
监利市 jianli jls
耒阳市 leiyang lys
郴州市 chenzhou czs
茌平区 chiping cpq
鄄城县 juancheng jcx
临朐县 linqu lqx
无棣县 wudi wdx
蓟州区 jizhou jzq
井陉县 jingxing jxx
蠡县 lixian
蔚县 yuxian
隰县 xixian
繁峙县 fanshi fsx
巴彦淖尔 bayannaoer byne
磴口县 dengkou dkx
儋州市 danzhou
吐鲁番 tulufan tlf
喀什 kashi ks
可克达拉 kekedala kkdl
巴音郭楞 bayinguoleng bygl
和田 hetian ht
大理 dali dl
勐海 menghai mh
迪庆 diqing dq
吕梁 lvliang ll
吕布 lvbu lyubu lb
女娲 nvwa
绿地控股 lvdi ldkg
吕思清 lusiqing
旅顺 lvshun lushun
长春一汽 changchun ccyq yiqi
长江电力 changjiang cjdl
长城汽车 changcheng ccqc
长虹 changhong
成长股份 chengzhang
校长学院 xiaozhang
银行学会 yinhang yhxh
交通银行 jiaotong jtyh jiaotongyinhang
工商银行 gongshangyinhang gsyh
行者科技 xingzhe xzkj
重汽 zhongqi zq
重工集团 zhonggong zgjt
双重保险 shuangchong
会计师事务所 kuaijishi kjssws
会展中心 huizhan hzzx
调味品厂 tiaowei twpc
调度中心 diaodu ddzx
音乐学院 yinyue yyxy
快乐购 kuaile klg
便宜坊 bianyifang pianyifang byf
血液中心 xueye xyzx
石油化工 shiyou syhg
万石粮行 wandan
仆从 pucong
率土科技 shuaitu
效率集团 xiaolv
传记出版社 zhuanji zjcbs
传媒大学 chuanmei cmdx
宝藏书店 baozang bzsd
藏獒基地 zangao zajd
西藏矿业 xizang xzky
储藏公司 chucang
供给科技 gongji
给力网络 geili
差旅壹号 chailv clyh
参差咖啡 cenci
沈阳机床 shenyang syjc
沉着资本 chenzhuo
着陆科技 zhuolu zlkj
薄荷健康 bohe
薄利多销 boli bldx
厚薄 houbao
剥皮机械 bopi baopi
壳牌 qiaopai kepai
贝壳找房 beike bkzf
地壳研究所 diqiao dqyjs
蛤蟆汽车 hama
蛤蜊海鲜 geli
似水年华 sishui ssnh
相似科技 xiangsi
仔猪养殖 zizhu
打仔 dazai
扎啤 zhapi
包扎材料 baoza
结扎 jieza
轧钢厂 zhagang zgc
轧花机械 yahua
炸药厂 zhayao zyc
朝鲜贸易 chaoxian cxmy
朝夕传媒 zhaoxi
奇数 jishu
奇瑞汽车 qirui qrqc
稽山 jishan
稽首 qishou
龟兹 qiuci
龟裂 junlie
身毒 yuandu
可汗文化 kehan
单于 chanyu
吐谷浑 tuyuhun
大宛 dayuan
月氏 yuezhi
冒顿 modu
回纥 huihe
高句丽 gaogouli ggl
番茄科技 fanqie
模具厂 muju mjc
模型公司 moxing
角色扮演 juese
角钢 jiaogang
咀嚼 jujue
削皮机 xiaopi xuepi
剥削 boxue
露天煤矿 lutian ltmk
露脸 loulian
曝光科技 baoguang puguang
畜牧集团 xumu xmjt
牲畜 shengchu
宁德时代 ningde ndsd
比亚迪 biyadi byd
格力电器 geli gldq
美的集团 meidi mdjt
海尔智家 haier hezj
海康威视 haikang hkws
大疆创新 dajiang djcx
小米科技 xiaomi xmkj
京东方 jingdongfang jdf
中兴通讯 zhongxing zxtx
三一重工 sanyi syzg
徐工机械 xugong xgjx
潍柴动力 weichai wcdl
上汽通用 shangqi sqty
TCL华星光电 tclhuaxing tclhxgd huaxing 华星
3M中国 3mzhongguo 3mzg
"""
GOLDEN: list[tuple[str, str]] = [
    (name, f"{name} {typed}")
    for name, _, typed in (line.partition(" ") for line in _LINES.split("\n") if line)
]

# Names that are near the ones above in sound or writing.
DECOYS = [
    "长沙中建", "中联物流", "重科装备", "曾氏食品", "解放汽车", "仇氏酒业", "查氏电气", "单位集团", "缪斯文化",
    "长安街书店", "长安银行", "重庆啤酒", "重庆钢铁", "庆铃汽车", "长沙银行", "长沙水泵", "中铁重工", "中国重汽",
    "朝阳银行", "阳光重机", "银行家杂志", "交通大学", "工商学院", "汽车配件", "航空工业", "电力设计院", "钢铁贸易",
    "科技发展", "集团投资", "县城建设", "市政工程", "华润置地", "华夏幸福", "中国平安", "平安科技", "天津港",
    "天齐锂业", "国电南瑞", "国药控股", "宏图高科", "宏发股份", "志邦家居", "强生出租", "东风汽车", "东方电气",
]  # fmt: skip
