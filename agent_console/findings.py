"""What is wrong with a document, in words that say what to do."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from agent_console.menu_words import MENU_WORDS
from agent_console.problems import FieldError
from cases.wording import SEGMENTS_MAX
from routing.check import Finding

Words = tuple[str, str]
"""Chinese and English."""

KINDS: Mapping[str, Words] = MappingProxyType(
    {
        "queues": ("队列", "queue"),
        "lines": ("线路", "line"),
        "skills": ("技能", "skill"),
        "members": ("座席", "member"),
        "pauses": ("小休原因", "pause reason"),
        "marks": ("来电名单", "caller"),
        "areas": ("区域", "area"),
        "notices": ("突发事件播报", "notice"),
        "days": ("特殊日期", "special day"),
        "contacts": ("通讯录", "contact"),
        "destinations": ("外呼许可", "destination"),
        "rules": ("规则", "rules"),
        "shifts": ("班次", "shift"),
        "duties": ("排班", "duty"),
        "handovers": ("交接班", "handover"),
        "texts": ("短信模板", "template"),
        "optouts": ("不收短信的号码", "opt-out"),
        "menus": ("语音菜单", "menu"),
        "drafts": ("语音菜单草稿", "draft of a menu"),
        "prompts": ("提示音", "prompt"),
    }
)

NAMED: Mapping[str, str] = MappingProxyType(
    {
        "queue": "queues",
        "queues": "queues",
        "default_queue": "queues",
        "when_closed": "queues",
        "when_full": "queues",
        "when_nobody": "queues",
        "when_waited": "queues",
        "needs": "skills",
        "skills": "skills",
        "area": "areas",
        "shift": "shifts",
    }
)
"""Field -> the kind of what it names."""

HOURS: Words = (
    "请写成 workdays 08:30-18:00、mon-fri 08:30-18:00、restdays,holidays 09:00-17:00 或 daily 00:00-24:00。",
    "write workdays 08:30-18:00, mon-fri 08:30-18:00, restdays,holidays 09:00-17:00 or daily 00:00-24:00.",
)
SPECIAL_HOURS: Words = (
    "请每行写一段时间，如 09:00-12:00；全天不服务只写 closed；不填则按各队列的规则。",
    "write a span a line, as 09:00-12:00; closed alone, where nobody is there; nothing, where the queues' rules hold.",
)
NUMBER: Words = (
    "号码应为 3 到 20 位数字，国外号码以 + 开头。",
    "A number has 3 to 20 digits; those abroad begin with +.",
)
OVERFLOW: Words = (
    "转到其他号码时，请填 3 到 20 位数字；留言和回电不填目标。",
    "To send to a number, give 3 to 20 digits; a message and a call-back have no target.",
)
NAME: Words = (
    "代号只能用小写字母、数字、- 和 _，1 到 32 个。",
    "A name has 1 to 32 of a-z, 0-9, - and _.",
)

PATTERNS: Mapping[str, Words] = MappingProxyType(
    {
        "prefix": (
            "国外号码请以 + 和国家代码开头，如 +44.，不要写 00。",
            "Numbers abroad begin with + and the country's code, as +44., not with 00.",
        ),
        "country": (
            "+ 后面请写出完整的国家代码，如 +44 或 +852，不能用 X 代替。每个国家要单独许可。",
            "After + a whole country code must stand in digits, as +44 or +852: each country is allowed by itself.",
        ),
        "open": (
            "以 . 结尾的许可请至少写出开头一位数字，如 0731.，否则任何号码都能拨。",
            "What ends with . must begin with a digit, as 0731.: otherwise it would allow every number.",
        ),
        "home": (
            "本国号码不带国家代码，这样写永远不会匹配。请写成 13XXXXXXXXX、0731XXXXXXXX 这样。",
            "Our own numbers are kept without the country's code: write 13XXXXXXXXX or 0731XXXXXXXX.",
        ),
    }
)
"""What is wrong with the pattern of a destination."""

CAP: Words = (
    "每小时的外呼次数应在 0 到 10000 之间；0 表示一次也不能外呼。",
    "Calls outside in an hour are 0 to 10000; 0: none at all.",
)

FORMS: Mapping[tuple[str, str], Words] = MappingProxyType(
    {
        ("areas", "name"): (
            "区域名称为 1 到 32 个字，首尾不能有空格，不能有 / 和换行。",
            "An area's name has 1 to 32 characters, no space at its ends, no / and no line break.",
        ),
        ("days", "date"): (
            "日期请写成 2026-11-24 这样，必须是日历上有的一天，年份在 2000 到 2099 之间。",
            "A date is written as 2026-11-24, and must be a day of 2000 to 2099.",
        ),
        ("destinations", "pattern"): (
            "请写 3 到 20 位：数字、X（任意一位），末尾的 . 表示还有一位或多位；国外以 + 开头。如 +44.",
            "Write 3 to 20 signs: digits, X for any digit, . at the end for further ones; abroad + first. As +44.",
        ),
        ("duties", "id"): (
            "排班的编号是日期加班次代号，如 2026-11-23.day，年份在 2000 到 2099 之间。",
            "The id of a duty is a date of 2000 to 2099 and a shift's name, as 2026-11-23.day.",
        ),
        ("prompts", "name"): (
            "名称只能用小写字母、数字、- 和 _，1 到 32 个；其他语言的再加一点和语言代号，如 greeting.en。",
            "A name has 1 to 32 of a-z, 0-9, - and _; in another language a dot and its name follow, as greeting.en.",
        ),
        ("shifts", "begins"): (
            "开始时间请写成 00:00 到 23:59，如 08:00。",
            "A shift begins at 00:00 to 23:59, written as 08:00.",
        ),
        ("shifts", "ends"): (
            "结束时间请写成 00:00 到 24:00，如 16:00；早于开始时间表示到次日。",
            "A shift ends at 00:00 to 24:00, written as 16:00; before its beginning means the next day.",
        ),
        **{
            ("rules", name): (
                "请写成 00:00 到 24:00，如 21:00；开始和结束相同表示全天都发。",
                "Write 00:00 to 24:00, as 21:00; both the same: texts are sent at any time.",
            )
            for name in ("quiet_begins", "quiet_ends")
        },
        **{
            ("rules", name): (
                "请写成 00:00 到 24:00，如 08:00；开始和结束相同表示全天都可以回电。",
                "Write 00:00 to 24:00, as 08:00; both the same: citizens are called back at any time.",
            )
            for name in ("call_back_begins", "call_back_ends")
        },
        ("", "name"): NAME,
        ("", "id"): ("编号只能用字母、数字、- 和 _。", "An id has letters, digits, - and _ alone."),
        ("", "login"): ("登录名应为已有账号的登录名。", "This must be the login of an account."),
        ("", "number"): NUMBER,
        ("", "title"): ("请填写名称，最多 64 个字。", "Give it a title of at most 64 characters."),
        **{("", name): OVERFLOW for name in ("when_closed", "when_full", "when_nobody", "when_waited")},
    }
)
"""(kind, field) -> how it is written; the kind is empty where it makes no difference."""

RANGES: Mapping[str, Words] = MappingProxyType(
    {
        "ring_s": ("振铃时间应在 5 到 120 秒之间。", "A phone rings 5 to 120 seconds."),
        "answer_share": ("应答比例应在 0% 到 100% 之间。", "The share must be from 0% to 100%."),
        "needs": (
            "等级应在 0 到 10 之间，各步的等待时间应从小到大、互不相同。",
            "Levels are 0 to 10, and the steps' times must rise.",
        ),
        "skills": ("等级应在 0 到 10 之间。", "A level is from 0 to 10."),
        **dict.fromkeys(("outbound_per_hour", "outbound_per_operator", "outbound_per_number"), CAP),
        "needed": ("需要人数应在 0 到 999 之间。", "How many it takes is from 0 to 999."),
    }
)

WANTED: Mapping[str, Words] = MappingProxyType(
    {
        "text": ("应当是文字，且不含无法保存的字符。", "This must be text that can be saved."),
        "whole": ("应当是整数，请改为不带小数的数字。", "This must be a whole number."),
        "number": ("应当是数字。", "This must be a number."),
        "yes_no": ("应当是“是”或“否”。", "This must be true or false."),
        "list": ("应当是一个列表。", "This must be a list."),
        "object": ("应当是由各项名称和内容组成的对象。", "This must be an object of names and values."),
    }
)


def error(finding: Finding, kind: str, key: str) -> FieldError:
    """For whoever writes `kind`/`key`; what is wrong with another document is told with its name."""
    zh, en = _words(finding)
    if (finding.kind, finding.key) == (kind, key):
        return FieldError(finding.field, zh, en)
    its_zh, its_en = KINDS.get(finding.kind, (finding.kind, finding.kind))
    where = f"{finding.kind}/{finding.key}.{finding.field}"
    return FieldError(where, f"{its_zh} {finding.key}：{zh}", f"{its_en} {finding.key}: {en}")


def _usual(finding: Finding) -> bool:
    """Whether it is about a menu's own fields, in the words that hold for every document."""
    return "." not in finding.field and finding.code in ("missing", "choice", "type", "range")


def _words(finding: Finding) -> Words:
    value = finding.value
    if finding.kind in ("menus", "drafts") and finding.code in MENU_WORDS and not _usual(finding):
        zh, en = MENU_WORDS[finding.code]
        return zh.format(value=value), en.format(value=value)
    if finding.kind == "destinations" and finding.field == "pattern" and finding.code in PATTERNS:
        return PATTERNS[finding.code]
    match finding.code:
        case "not_allowed":
            zh = "，再保存联系人。" if finding.kind == "contacts" else "。"
            return (
                f"外呼许可中没有一项允许 {value}。请先在“系统管理 · 外呼许可”中添加{zh}",
                f"No destination allows {value}: add one under Administration · Destinations first.",
            )
        case "own_line":
            return (
                f"{value} 是本热线自己的号码，转过去又会打回来。请改为留言、回电或其他队列。",
                f"{value} is a number of this hotline itself, and the call would come in again: choose another way.",
            )
        case "unknown":
            zh, en = KINDS[NAMED[finding.field]] if finding.field in NAMED else ("这一项", "entry")
            return (
                f"没有{zh}“{value}”，请选择已有的，或先建立它。",
                f"There is no {en} {value}: choose one that is there.",
            )
        case "needed":
            other, _, name = value.partition("/")
            zh, en = KINDS.get(other, (other, other))
            if other == "rules":
                return (
                    "规则把它定为默认队列，请先在规则中更换。",
                    "The rules name it as the default queue: change them first.",
                )
            return f"{zh} {name} 还在使用它，请先修改。", f"The {en} {name} still names it: change that first."
        case "loop":
            return (
                f"转到“{value}”会绕一圈又回到原来的队列，来电者永远无人接听。请改为留言或其他队列。",
                f"Going on to {value} leads back here, and the citizen would never be answered: choose another way.",
            )
        case "form" if finding.field == "hours":
            rule = (re.match(r"['\"](.*?)['\"] ", value) or ["", value])[1]
            zh, en = SPECIAL_HOURS if finding.kind == "days" else HOURS
            return f"看不懂“{rule}”。{zh}", f"Cannot read “{rule}”: {en}"
        case "form":
            wanted = FORMS.get((finding.kind, finding.field)) or FORMS.get(("", finding.field))
            return wanted or (f"“{value}”不能这样写。", f"{value} cannot be written so.")
        case "range" if finding.field == "until" and finding.kind == "notices":
            return "结束时间应晚于开始时间。", "The end must be later than the beginning."
        case "range" if finding.field in RANGES:
            return RANGES[finding.field]
        case "range" if value.isdecimal() and finding.field in ("note", "text", "greeting", "tag", "diverted_from"):
            return f"现有 {value} 个字，最多 2000 个，请缩短。", f"{value} characters; at most 2000: shorten it."
        case "range":
            return (
                f"{value} 超出范围：不能小于 0，也不能过大。",
                f"{value} is out of range: not below 0, and not so large.",
            )
        case "missing":
            return "缺少这一项，请补上。", "This is missing: add it."
        case "choice":
            return f"只能是：{value}。", f"This must be one of: {value}."
        case "account":
            return f"没有登录名为 {value} 的账号，请先建立账号。", f"There is no account {value}: make it first."
        case "case":
            return f"没有编号为 {value} 的工单，请核对编号。", f"There is no case {value}: check its number."
        case "spelling" if value:
            return f"来电以 {value} 显示，请写成 {value}。", f"Calls have it as {value}: write it so."
        case "spelling":
            return NUMBER
        case "prompt":
            return (
                f"没有名为 {value} 的提示音，请从现有提示音中选择。",
                f"There is no prompt {value}: choose one that is there.",
            )
        case "menu":
            return (
                f"没有名为 {value} 的语音菜单，请填现有菜单的名称，不填则问候后直接转人工。",
                f"There is no menu {value}: name one that is there, or none for the greeting and a person.",
            )
        case "survey":
            return (
                f"没有名为 {value} 的回访菜单，请填用途为“通话后回访”的菜单，不填则不回访。",
                f"There is no menu {value} for after the talk: name one that is there, or none.",
            )
        case "sound":
            return "还没有录音，请先做好录音再保存。", "It has no recording yet: make one, and save it then."
        case "words":
            return "请写下录音里说的话，供菜单和检查使用。", "Write down what it says: menus and checks go by it."
        case "reserved":
            return (
                f"{value} 是系统自用的声音，请换一个名称。",
                f"{value} is a sound of the program's own: choose another name.",
            )
        case "language" if finding.kind == "prompts":
            return (
                "要先有同名的普通话提示音，才能有其他语言的；zh 就是普通话，不用写。",
                "There must be the usual prompt of this name first; zh is the usual language and is not written.",
            )
        case "operator":
            return f"{value} 不是话务员，不能排班。", f"{value} is no operator and cannot be on the roster."
        case "twice":
            return f"{value} 重复了，请只保留一次。", f"{value} is named twice: leave it once."
        case "overlap":
            login, _, duties = value.partition(" ")
            one, _, other = duties.partition("/")
            return (
                f"{login} 同时排在“{one}”和“{other}”，两班时间重叠，请去掉其中一班。",
                f"{login} is in “{one}” and in “{other}”, which go on at the same time: take one of them away.",
            )
        case "placeholder":
            return (
                f"没有占位符 {{{value}}}，请从页面列出的占位符中选择。",
                f"There is no placeholder {{{value}}}: choose one of those that the page lists.",
            )
        case "brace":
            return (
                "{ 和 } 只能成对用作占位符，请去掉多余的。",
                "{ and } stand for placeholders alone: take the lone one away.",
            )
        case "empty":
            return "请填写短信内容。", "Write down what the text says."
        case "long":
            return (
                f"这条短信要分 {value} 段发送，最多 {SEGMENTS_MAX} 段，请缩短。",
                f"It would go as {value} segments; at most {SEGMENTS_MAX}: shorten it.",
            )
        case "fixed":
            return "规则只能修改，不能删除。", "The rules can be changed, not removed."
        case _:
            return WANTED.get(value, WANTED["text"])
