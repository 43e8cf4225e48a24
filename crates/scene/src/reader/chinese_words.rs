//! The words that the Chinese reader knows besides nouns.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::draft::Kind;
use crate::scene::{Layout, Place, RelationKind, Size, WornAt};

/// What a word does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// 和, 跟, 与.
    And,
    /// 在, 站在, 坐在: a place follows.
    At,
    /// 挂在, 挂着: hanging.
    Hang,
    /// 骑着: on top of what follows.
    Ride,
    /// 围着: around what follows.
    Surround,
    /// 有, 是, 站着, 坐着: what follows stands at the place before.
    Exists,
    /// 上, 下面, 旁边: the place relative to the noun before.
    Where(Where),
    /// 左上角: a place in the picture.
    Corner(Place),
    /// 背景.
    Background,
    /// 黄底, 白底 come as a colour and this.
    Ground,
    /// 透明.
    Transparent,
    /// 无缝: a pattern without seams.
    Seamless,
    /// 图案, 花纹: a pattern, seamless if 无缝 is near; otherwise nothing to read.
    Pattern,
    /// 围成一圈, 并排.
    Arranged(Layout),
    /// 没有, 不要.
    Without,
    /// 画一幅, 请: no content.
    Filler,
    /// 戴着, 穿着.
    Wear,
    /// 五颜六色.
    Mixed,
    /// 巨大.
    Sized(Size),
    /// 许多: how many, without measure word.
    Many(u32),
    /// 沙滩: a surrounding.
    Scenery,
    /// A noun or phrase whose characters would be misread singly.
    Guard,
}

/// Where something is, seen from a noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    On,
    Under,
    Above,
    Left,
    Right,
    Front,
    Behind,
    Beside,
    Inside,
    Between,
    Around,
}

impl Where {
    /// The relation of a thing that is there; `hanging` when it hangs.
    pub(super) fn relation(self, hanging: bool) -> Option<RelationKind> {
        Some(match self {
            Self::On | Self::Under if hanging => RelationKind::HangsFrom,
            Self::On => RelationKind::On,
            Self::Under => RelationKind::Under,
            Self::Above => RelationKind::Above,
            Self::Left => RelationKind::LeftOf,
            Self::Right => RelationKind::RightOf,
            Self::Front => RelationKind::InFrontOf,
            Self::Behind => RelationKind::Behind,
            Self::Beside => RelationKind::Beside,
            Self::Inside if hanging => RelationKind::HangsFrom,
            Self::Inside => RelationKind::Inside,
            Self::Around => RelationKind::Around,
            Self::Between => return None,
        })
    }

    /// The place in the picture that the word means when it stands alone.
    pub(super) fn place(self) -> Option<Place> {
        Some(match self {
            Self::Left => Place::Left,
            Self::Right => Place::Right,
            Self::On | Self::Above => Place::Top,
            Self::Under => Place::Bottom,
            Self::Between => Place::Centre,
            _ => return None,
        })
    }
}

const WORDS: &[(Role, &str)] = &[
    (Role::And, "和 跟 与 及 以及 还有 加 加上 外加 配 配上 搭配 + &"),
    (
        Role::At,
        "在 站在 坐在 躺在 放在 停在 趴在 飞在 浮在 飘在 漂在 落在 睡在 立在 长在 蹲在 靠在 摆在 停靠在 倒在 游在 走在 跑在 藏在 躲在 处在 位于 盘在 跳在 漂浮在 飘浮在 悬浮在 开在 种在 堆在 排在",
    ),
    (Role::Hang, "挂在 悬挂在 吊在 垂在 倒挂在 挂着 悬挂着 吊着"),
    (Role::Ride, "骑着 骑在 骑 踩着 站着"),
    (Role::Surround, "围着 围绕着 围绕 环绕着 环绕"),
    (
        Role::Exists,
        "有 是 有着 坐着 躺着 趴着 放着 摆着 停着 长着 飘着 浮着 飞着 蹲着 睡着 立着 开着 盖着 停了 放了 摆满 摆满了 开满 开满了 挂满 挂满了 长满 长满了 画着 游着",
    ),
    (Role::Where(Where::On), "上 上面 之上 顶上 顶部 上头 上边 头上"),
    (Role::Where(Where::Above), "上方 正上方"),
    (Role::Where(Where::Under), "下 下面 下方 之下 底下 下边 正下方 脚下"),
    (Role::Where(Where::Left), "左 左边 左侧 左面 左方 左手边"),
    (Role::Where(Where::Right), "右 右边 右侧 右面 右方 右手边"),
    (Role::Where(Where::Front), "前 前面 前方 前边 面前 跟前"),
    (Role::Where(Where::Behind), "后 后面 后方 背后 身后 后边"),
    (Role::Where(Where::Beside), "旁 旁边 边 边上 身边 身旁 一旁 附近 一侧"),
    (Role::Where(Where::Inside), "里 里面 之中 内 中 里边 当中"),
    (Role::Where(Where::Between), "中间 之间 正中间 中央 正中央 正中"),
    (Role::Where(Where::Around), "周围 四周 周边"),
    (Role::Corner(Place::TopLeft), "左上角 左上方 左上"),
    (Role::Corner(Place::TopRight), "右上角 右上方 右上"),
    (Role::Corner(Place::BottomLeft), "左下角 左下方 左下"),
    (Role::Corner(Place::BottomRight), "右下角 右下方 右下"),
    (Role::Background, "背景 背景色 背景颜色 的背景 为背景"),
    (Role::Ground, "底 底色 打底"),
    (Role::Transparent, "透明 透明底 无背景 没有背景 不要背景 去背景 去背 抠图 镂空"),
    (
        Role::Seamless,
        "无缝 无缝图案 无缝花纹 无缝纹理 无缝拼接 无缝贴图 无缝平铺 平铺 平铺图案 四方连续 二方连续 循环图案 连续图案 重复图案 重复 连续纹样 可平铺 可拼接 底纹 印花图案 满印",
    ),
    (Role::Pattern, "图案 花纹 纹理 纹样 花样 印花 贴图 壁纸"),
    (
        Role::Arranged(Layout::Row),
        "并排 并列 一字排开 排成一排 排成一行 排成一列横队 横排 横着排 排排站 排排坐 排成行 排队 依次排开 手拉手",
    ),
    (Role::Arranged(Layout::Column), "排成一列 竖排 竖着排 竖排成一列 叠罗汉 上下排列 从上到下"),
    (
        Role::Arranged(Layout::Circle),
        "围成一圈 围成圈 围成一个圈 围成一个圆 围成圆圈 围成圆形 排成一圈 排成圆形 组成圆圈 圆形排列 环形排列 绕成一圈 围一圈 排成一个圈 排成圆圈",
    ),
    (
        Role::Arranged(Layout::Scattered),
        "散落 散落着 散布 散布着 洒落 撒满 散开 随机分布 随机散布 随机排列 随机 到处都是 铺满 布满 散落一地 四散 零散 零星 散落在画面上 满屏",
    ),
    (Role::Arranged(Layout::Pile), "堆成一堆 堆在一起 堆成堆 堆成小山 挤在一起 堆叠"),
    (Role::Arranged(Layout::Grid { columns: 3, rows: 3 }), "九宫格 九宫格排列 排成九宫格"),
    (Role::Arranged(Layout::Grid { columns: 2, rows: 2 }), "四宫格 田字格"),
    (Role::Arranged(Layout::Grid { columns: 3, rows: 2 }), "六宫格"),
    (
        Role::Arranged(Layout::Grid { columns: 0, rows: 0 }),
        "网格 网格排列 排成网格 整齐排列 排列整齐 方阵 宫格 整整齐齐",
    ),
    (Role::Without, "没有 没 不要 不带 不戴 不含 去掉 除去 别画 不画 避免 无"),
    (
        Role::Filler,
        "画 请画 帮我画 给我画 请 请你 帮我 给我 画一幅 画一张 画个 画出 生成 请生成 生成一张 生成一幅 绘制 制作 设计 做一个 来 来一张 来个 我要 我想要 想要 我想画 一幅 一幅画 一张图 一张图片 一张图画 一张照片 一幅图 一幅图画 图片 照片 图像 画面 的图片 的图 的照片 的画 的图画 的插图 正 正在 都 全 全都 各 分别 高清 4K 8K 超清 高质量 最佳质量 杰作 其中 然后 同时 并且 而且 显示 展示 作为 一起 排列 以 用 成 了 图 整体 整个",
    ),
    (Role::Wear, "戴着 戴 穿着 穿 戴了 穿了 佩戴 佩戴着 头戴 身穿 系着 围了 头顶"),
    (
        Role::Mixed,
        "五颜六色 五彩缤纷 彩色 各色 各种颜色 不同颜色 各种颜色的 不同颜色的 颜色各异 缤纷 花花绿绿",
    ),
    (Role::Sized(Size::Huge), "巨大 超大 特大 巨型 超级大 大大 大型 庞大 很大"),
    (Role::Sized(Size::Big), "大 较大 大号 大个"),
    (Role::Sized(Size::Small), "小 较小 小号 小小 小个 小只 很小 小型"),
    (Role::Sized(Size::Tiny), "迷你 微型 超小 极小 袖珍 特小"),
    (Role::Many(4), "一些 几只 若干 好几只 数只"),
    (Role::Many(7), "好多 好些 成群 成群结队 成群结队的 各种 多个 多只"),
    (Role::Many(9), "许多 很多 许许多多 大量 众多 好多好多 很多很多"),
    (Role::Many(24), "无数 漫天 满天 数不清 满地 密密麻麻"),
    (
        Role::Scenery,
        "草地 草地上 草坪 草原 大草原 沙滩 沙滩上 海滩 海边 大海 大海里 海面 海底 海洋 海里 海中 海上 水面 水里 水中 水下 水底 河里 河边 湖里 湖边 湖面 池塘 池塘里 天空 天空中 蓝天 天上 夜空 夜空中 星空 太空 太空中 外太空 宇宙 宇宙中 空中 半空中 云端 云海 森林 森林里 树林 树林里 丛林 竹林 雪地 雪地里 冰面 冰面上 城市 街道 街头 街上 路上 马路 马路上 公园 公园里 花园 花园里 花丛 花丛中 花海 草丛 草丛里 田野 田里 稻田 麦田 沙漠 沙漠里 厨房 厨房里 房间 房间里 卧室 客厅 教室 教室里 舞台 舞台上 院子 院子里 室内 户外 地上 地面 地板 墙上 墙面 雨中 雪中 风中 阳光下 月光下 夜晚 夕阳下 夕阳 黄昏 晚霞 傍晚 雨夜 雪景 山水 屋里 家里 店里 灯光下 烟花下 中国 晨雾 夜色中 夜色",
    ),
    (
        Role::Guard,
        "和服 和尚 和平鸽 和平 加菲猫 加湿器 加油站 跟头 与众不同 配饰 里程碑 中等 中等偏深 中等偏浅 中国结 中国龙 中国风 中秋 中秋节 中餐 中药 上海 上衣 上班族 下巴 下午茶 左轮 右手 左手 前台 后背 后羿 边牧 边境牧羊犬 内衣 内裤 \
         大象 大熊猫 大白菜 大白鹅 大提琴 大厦 大炮 大蒜 大葱 大米 大雁 大闸蟹 大白鲨 大猩猩 大理石 大衣 大黄蜂 大肥猫 大本钟 大笨钟 大人 大叔 大爷 大妈 大海龟 大鼻子 大眼睛 大嘴巴 大笑 大胡子 大桥 大佛 大鹅 \
         小提琴 小丑 小丑鱼 小麦 小笼包 小龙虾 小孩 小朋友 小女孩 小男孩 小姑娘 小伙子 小号 小熊猫 小熊饼干 小米 小说 小吃 小王子 小美人鱼 小红帽 小矮人 小学生 小婴儿 小宝宝 小精灵 小恶魔 小天使 小黄人 小票 小程序 小溪 小径 小鼓 小苏打 小鹿斑比 小番茄 小西红柿 小黄鸭 \
         一品红 一串红 二维码 二胡 三明治 三角形 三轮车 三文鱼 三角尺 三角铁 三叶草 三色堇 三角龙 四叶草 四合院 四季豆 五角星 五星 五线谱 六边形 七星瓢虫 七巧板 八爪鱼 八宝粥 八音盒 八哥 八卦 九尾狐 九头鸟 十字架 十字路口 十二生肖 双子座 双胞胎 双层巴士 双肩包 双节棍 双人床 百合 百合花 百香果 百事 百叶窗 千纸鹤 千层蛋糕 千斤顶 万圣节 万里长城 万花筒 万年青 两栖动物 半圆 半月 双鱼座 几何 几何体 几何图形 \
         无人机 无花果 无尾熊 无线耳机 无名指 无轨电车 没头脑 \
         红豆 红薯 红枣 红酒 红茶 红包 红领巾 红绿灯 红烧肉 红毯 红心 红十字 红宝石 红杉 红鹳 红鲤鱼 红掌 红毛丹 红牛 红萝卜 黄瓜 黄豆 黄油 黄河 黄蜂 黄鹂 黄鼠狼 黄牛 黄桃 黄花菜 黄金 蓝莓 蓝牙 蓝宝石 蓝鲸 蓝莓蛋糕 绿茶 绿豆 绿植 绿巨人 绿宝石 青蛙 青菜 青椒 青铜器 青铜 青苹果 青团 青花瓷 青春 青年 青龙 青草 紫菜 紫薯 紫砂壶 紫藤 紫荆花 紫罗兰 白菜 白板 白鹭 白酒 白鹤 白鸽 白雪公主 白骨精 白领 白头鹰 白萝卜 白杨 白桦 白糖 白鲸 白金 白开水 黑板 黑洞 黑豆 黑胶唱片 黑莓 黑猫警长 黑人 黑森林 黑米 黑白 灰姑娘 灰尘 灰太狼 粉笔 粉条 粉丝 粉饼 粉刷 银行 银杏 银河系 银耳 银行卡 银牌 金鱼 金字塔 金毛 金毛犬 金牌 金币 金条 金针菇 金刚 金刚鹦鹉 金箍棒 金元宝 金丝猴 金枪鱼 金蛋 金桔 金属 金色大厅 棕榈 棕榈树 棕熊 橙子 橙汁 桃子 桃花 彩虹 水彩笔 水墨画 \
         立体书 立体声 平面图 贴纸本 背景音乐 透明胶带 透明胶 画家 画笔 画板 画框 画架 图书馆 图书 图钉 图腾 来信 全家福 都市 各地 用餐 正方形 正方体 有机 是非 穿山甲 穿衣镜 戴胜 骑士 骑马 围棋 围巾 围裙 围墙 没药 挂钟 挂历 上班 下雨 下雪 下棋 里脊 边框 底座 底片 海底捞 成人 成龙 以太 都江堰 底裤 随机数 重复 配音 和弦 设计师 设计图 制作人 请柬 请帖 用户 用具 了解 正义 全景",
    ),
];

/// Longest word of the table, in characters.
pub(super) const LONGEST: usize = 8;

static ROLES: LazyLock<HashMap<&'static str, Role>> = LazyLock::new(|| {
    let mut roles = HashMap::new();
    for (role, words) in WORDS {
        for word in words.split_whitespace() {
            roles.entry(word).or_insert(*role);
        }
    }
    roles
});

/// The longest word of the table at the start of `text`, with its length in characters.
pub(super) fn role(text: &[char]) -> Option<(Role, usize)> {
    (1..=text.len().min(LONGEST)).rev().find_map(|length| {
        let word: String = text[..length].iter().collect();
        ROLES.get(word.as_str()).map(|&role| (role, length))
    })
}

/// What a measure word says besides the number before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// 只: one each.
    Each,
    /// 杯: a vessel that is drawn with its content.
    Vessel,
    /// 对: two each.
    Pair,
    /// 双: two that are one thing (shoes).
    Couple,
    /// 群: some, and how they stand.
    Group(u32, Layout),
    /// 打: a dozen each.
    Dozen,
}

const MEASURES: &[(Measure, &str)] = &[
    (
        Measure::Each,
        "只 个 条 辆 朵 棵 本 盏 把 张 件 位 名 匹 头 座 间 幢 栋 艘 架 台 部 支 枝 根 块 片 颗 粒 滴 顶 面 扇 口 尊 幅 轮 枚 株 尾 峰 道 柄 具 门 首 则 款 种 样 员 节 缕 团 抹 杆 管 挺 副 套 份 头 封 册 所 弯 瓣 坨 根 朵 发 股 丝 番 家 处 抔 串串 羽 则 头像 圆",
    ),
    (
        Measure::Vessel,
        "杯 碗 盘 碟 瓶 罐 盒 包 袋 篮 篮子 筐 束 串 桶 壶 锅 笼 捧 簇 丛 箱 盆 层 摞 叠 卷 听 篓 盘子 杯子",
    ),
    (Measure::Pair, "对"),
    (Measure::Couple, "双"),
    (Measure::Group(7, Layout::Natural), "群 帮 伙 批 窝"),
    (Measure::Group(4, Layout::Natural), "些"),
    (Measure::Group(7, Layout::Pile), "堆"),
    (Measure::Group(5, Layout::Row), "排 队 行"),
    (Measure::Group(5, Layout::Column), "列"),
    (Measure::Group(8, Layout::Circle), "圈"),
    (Measure::Group(24, Layout::Scattered), "地 屏"),
    (Measure::Dozen, "打"),
];

/// The longest measure word at the start of `text`, with its length in characters.
pub(super) fn measure(text: &[char]) -> Option<(Measure, usize)> {
    static TABLE: LazyLock<HashMap<&str, Measure>> = LazyLock::new(|| {
        MEASURES
            .iter()
            .flat_map(|(measure, words)| words.split_whitespace().map(|word| (word, *measure)))
            .collect()
    });
    (1..=text.len().min(2)).rev().find_map(|length| {
        let word: String = text[..length].iter().collect();
        TABLE.get(word.as_str()).map(|&measure| (measure, length))
    })
}

/// Endings of nouns for people; the attributes of people stay with them.
const PEOPLE: &str = "女孩 男孩 女人 男人 女生 男生 女子 男子 姑娘 小伙 小伙子 老人 老爷爷 老奶奶 爷爷 奶奶 孩子 小孩 儿童 宝宝 婴儿 少年 少女 医生 护士 老师 学生 警察 消防员 宇航员 公主 王子 国王 女王 皇后 厨师 妈妈 爸爸 母亲 父亲 叔叔 阿姨 大叔 青年 模特 歌手 画家 农民 工人 程序员 司机 士兵 侠客 仙女 新娘 新郎 女士 先生 人 人物 舞者 运动员 科学家 小朋友 老太太 女性 男性 骑士 忍者 海盗 巫师 魔法师 女巫 美女 帅哥 大妈 大爷 老板 快递员 飞行员 法官 侦探 音乐家 成人 年轻人 老师傅 哥哥 姐姐 弟弟 妹妹";

/// Characters and words that speak of looks; with 、 between them they describe one person.
const LOOKS: &[&str] = &[
    "肤", "发", "眼", "胡", "须", "辫", "脸", "岁", "戴", "穿", "雀斑", "刘海", "马尾", "酒窝", "鼻", "嘴",
    "眉",
];

/// Endings of things to wear.
const WEARABLES: &[(WornAt, &[&str])] = &[
    (WornAt::Face, &["眼镜", "墨镜", "太阳镜", "口罩", "面具", "护目镜", "单片镜"]),
    (
        WornAt::Head,
        &[
            "帽",
            "帽子",
            "皇冠",
            "王冠",
            "头盔",
            "花环",
            "发箍",
            "头巾",
            "发卡",
            "蝴蝶结",
            "耳机",
            "生日帽",
            "礼帽",
            "草帽",
            "斗笠",
        ],
    ),
    (WornAt::Neck, &["围巾", "领带", "领结", "项链", "铃铛", "红领巾", "项圈"]),
];

/// Whether words are about a person's looks.
pub(super) fn speaks_of_looks(text: &str) -> bool {
    LOOKS.iter().any(|word| text.contains(word))
}

/// What kind of noun `head` is.
pub(super) fn kind(head: &str) -> Kind {
    static PERSON: LazyLock<Vec<&str>> = LazyLock::new(|| PEOPLE.split_whitespace().collect());
    const NOT_PEOPLE: &[&str] =
        &["雪人", "机器人", "稻草人", "外星人", "小黄人", "姜饼人", "仙人掌", "木头人", "狼人"];
    let worn = WEARABLES.iter().find(|(_, endings)| endings.iter().any(|ending| head.ends_with(ending)));
    if let Some((at, _)) = worn {
        Kind::Wearable(*at)
    } else if PERSON.iter().any(|person| head.ends_with(person)) && !NOT_PEOPLE.contains(&head) {
        Kind::Person
    } else {
        Kind::Thing
    }
}

/// A Chinese numeral (up to thousands, 两, 几) at the start of `text`, its value and length; `None` as value for 几.
pub(super) fn numeral(text: &[char]) -> Option<(Option<u32>, usize)> {
    let (mut total, mut digit, mut length, mut vague) = (0_u32, None, 0, false);
    for &c in text.iter().take(8) {
        match c {
            '几' | '数' => vague = true,
            '十' | '百' | '千' | '万' => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    '千' => 1000,
                    _ => 10_000,
                };
                total = total.saturating_add(digit.take().unwrap_or(if vague { 3 } else { 1 }) * unit);
            }
            _ => match digit_value(c) {
                Some(value) => digit = Some(value),
                None => break,
            },
        }
        length += 1;
    }
    (length > 0).then(|| {
        let value = total.saturating_add(digit.unwrap_or(0));
        (
            if vague && value == 0 {
                None
            } else {
                Some(if vague { value.saturating_add(3) } else { value })
            },
            length,
        )
    })
}

fn digit_value(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '俩' | '贰' => 2,
        '三' | '仨' | '叁' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}
