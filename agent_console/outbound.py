"""Why a number outside was not dialled, in words that say what to do."""

from collections.abc import Iterable

from agent_console.problems import Problem
from routing.effects import Effect, NoteOutbound
from routing.guard import Refusal
from routing.outside import EMERGENCY

MORE_ZH = "不够用的，请管理员在“系统管理 · 规则”中提高。"
MORE_EN = "the administrator can allow more under Administration · Rules."


def problem_in(effects: Iterable[Effect], call: str) -> Problem | None:
    """Why the guard refused what a person asked for in this call, by what followed from it; None where it did not."""
    for effect in effects:
        if isinstance(effect, NoteOutbound) and effect.call == call and effect.refusal:
            return problem_of(effect.refusal, effect.number)
    return None


def problem_of(code: str, number: str) -> Problem:
    """`code`: of a `routing.guard.Refusal`. Raises `ValueError` for any other."""
    refusal = Refusal(code)
    zh, en = _words(refusal, number)
    return Problem(409, f"outbound-{refusal.value.replace('_', '-')}", f"没有拨出：{zh}", f"Not dialled: {en}")


def _words(refusal: Refusal, number: str) -> tuple[str, str]:
    match refusal:
        case Refusal.NOT_A_NUMBER:
            zh = f"“{number}”不是可以拨打的号码。请输入 3 到 20 位数字，国外号码以 + 和国家代码开头。"
            en = f"“{number}” is no number. Give 3 to 20 digits; abroad + and the country's code come first."
        case Refusal.NOT_ALLOWED if number in EMERGENCY:
            zh = f"{number} 不在通讯录中。情况紧急请马上用其他电话拨打；并请管理员在“系统管理 · 通讯录”中添加。"
            en = (
                f"{number} is no contact. If there is danger, call it by another telephone at once; ask the "
                "administrator to add it under Administration · Contacts."
            )
        case Refusal.NOT_ALLOWED:
            zh = f"外呼许可中没有一项允许 {number}。工作需要的，请管理员在“系统管理 · 外呼许可”中添加。"
            en = (
                f"no destination allows {number}. If your work needs it, ask the administrator to add one under "
                "Administration · Destinations."
            )
        case Refusal.OWN_LINE:
            zh = f"{number} 是本热线自己的号码。转给同事请选队列或话务员。"
            en = f"{number} is a number of this hotline itself. To reach a colleague choose a queue or an operator."
        case Refusal.HOUR_FULL:
            zh = f"全线一小时内的外呼次数已满。请告知班长，过几分钟再拨；{MORE_ZH}紧急号码不受限制。"
            en = (
                "the line has made all the calls outside that it may in an hour. Tell the supervisor and try again in "
                f"some minutes; {MORE_EN} Emergency numbers go on."
            )
        case Refusal.OPERATOR_FULL:
            zh = f"您一小时内的外呼次数已满。请过几分钟再拨，或请同事拨打；{MORE_ZH}"
            en = (
                "you have made all the calls outside that one may in an hour. Try again in some minutes, or ask a "
                f"colleague; {MORE_EN}"
            )
        case Refusal.NUMBER_FULL:
            zh = f"一小时内拨打 {number} 的次数已满。请过一会儿再拨，或拨打另一个号码；{MORE_ZH}"
            en = f"{number} was called as often as one may be in an hour. Try later, or call another one; {MORE_EN}"
    return zh, en
