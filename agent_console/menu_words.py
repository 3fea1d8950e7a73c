"""What is wrong with a menu, in words that say what to do. The keys are those of `ivr.check.SENTENCES`."""

from collections.abc import Mapping
from types import MappingProxyType

MENU_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unreadable": ("读不出来：{value}", "This cannot be read: {value}"),
        "choice": ("只能是：{value}。", "This must be one of: {value}."),
        "field": ("这里没有这一项，请去掉。", "There is no such field here: take it away."),
        "missing": ("缺少这一项，请补上。", "This is missing: add it."),
        "type": ("不能是“{value}”，请改正。", "This cannot be “{value}”: correct it."),
        "start": ("没有节点“{value}”，请选择从哪个节点开始。", "There is no node “{value}”: choose where it begins."),
        "node": (
            "通向“{value}”，但没有这个节点，请选择已有的节点。",
            "Leads to “{value}”, which is no node.",
        ),
        "prompt": (
            "没有名为“{value}”的提示音，请从现有提示音中选择。",
            "There is no prompt “{value}”: choose one that is there.",
        ),
        "queue": ("没有队列“{value}”，请选择已有的队列。", "There is no queue “{value}”: choose one that is there."),
        "key": ("“{value}”不是电话上的键：0 到 9、* 和 #。", "“{value}” is no key of a telephone: 0 to 9, * and #."),
        "keys": ("要求按键，却没有一个键，请至少加一个。", "Asks for a key and has none: add one."),
        "range": ("等待 {value} 秒不行，请填 1 到 20 秒。", "{value} s cannot be waited: write 1 to 20."),
        "number": ("号码“{value}”拨不出去，应为 3 到 20 位数字。", "“{value}” cannot be dialled: 3 to 20 digits."),
        "language": ("“{value}”不是语言代号，如 zh、en、zh_yue。", "“{value}” is no name of a language, as zh or en."),
        "outside": (
            "尚未设置外呼中继 HOTLINE_TRUNK_OUT，不能转到其他平台。",
            "There is no trunk to other platforms (HOTLINE_TRUNK_OUT): nobody can be put through.",
        ),
        "own_line": (
            "{value} 是本热线自己的号码，转过去又会打回来。请改为“转人工”或其他平台的号码。",
            "{value} is a number of this hotline itself, and the call would come in again: lead the way to a queue.",
        ),
        "not_allowed": (
            "外呼许可中没有一项允许 {value}。请先在“系统管理 · 外呼许可”中添加。",
            "No destination allows {value}: add one under Administration · Destinations first.",
        ),
        "unreached": (
            "没有哪条路通到这个节点，请接上它，或删去它。",
            "No way leads to this node: lead one there, or take it away.",
        ),
        "nobody": (
            "从这里找不到人工，请加一条通向“转人工”的路。",
            "From here no person can be reached: lead a way to a queue.",
        ),
        "alone": (
            "没有按键或按错两次的来电者到不了人工，请让这条路通向“转人工”。",
            "Who presses no key, or a wrong one twice, comes to no person: lead this way to a queue.",
        ),
        "name": (
            "节点名称只能用小写字母、数字、- 和 _，1 到 32 个。",
            "A node's name has 1 to 32 of a-z, 0-9, - and _.",
        ),
        "question": (
            "评价项目“{value}”应为 1 到 32 个字，中间没有空格。",
            "A question is named by 1 to 32 signs without a space, not “{value}”.",
        ),
        "twice": (
            "“{value}”已由另一个节点评价，请换一个名称。",
            "“{value}” is asked by another node too: name it otherwise.",
        ),
        "round": (
            "不按键的来电者会在这里一直绕圈，请改超时后的去处。",
            "Who presses no key goes round here for ever: lead him on elsewhere.",
        ),
        "purpose": ("这类节点不能用在这种菜单里。", "A node of this kind is not for a menu of this purpose."),
        "led": ("线路 {value} 还在用它，不能改用途。", "Line {value} goes by it for another purpose."),
        "many": (
            "最多 {value} 个节点，文字也不能太长，请精简。",
            "At most {value} nodes, and less text.",
        ),
    }
)
"""Code -> Chinese and English."""
