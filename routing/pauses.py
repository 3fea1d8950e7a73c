"""What a wish for 小休 comes to under the policy: at once, after a supervisor's word, or not now."""

from collections.abc import Iterable

from routing import presence_events as pe
from routing.call import IllegalMove
from routing.operators import Operator, OperatorState
from routing.policy import Policy
from routing.presence_moves import Pause, PauseAsked, PauseOverdue


def wished(operator: Operator, wish: pe.PauseWish, crew: Iterable[Operator], policy: Policy) -> Pause | PauseAsked:
    """The operator's move that follows from the wish, or from a supervisor's grant of it.

    Raises `IllegalMove` for a kind that the policy does not know, one that as many are on as may be together, and a
    grant of what was not asked for.
    """
    name = wish.kind if isinstance(wish, pe.PauseRequested) else operator.asked
    if name is None:
        raise IllegalMove(f"{operator.login} who asked for nothing", operator.state, wish)
    if not name:
        return Pause(operator.login)
    kind = policy.pauses.get(name)
    if kind is None:
        raise IllegalMove(f"{operator.login}: there is no pause {name!r}", operator.state, wish)
    granted = operator.pause_pending and operator.next_pause == name
    if kind.approval and isinstance(wish, pe.PauseRequested) and not granted:
        return PauseAsked(operator.login, name)
    others = sum(name in (one.pause_kind, one.next_pause) for one in crew if one.login != operator.login)
    if kind.at_once and others >= kind.at_once:
        raise IllegalMove(f"{operator.login}: {others} are on {name} already", operator.state, wish)
    return Pause(operator.login, name)


def overdue(operator: Operator, policy: Policy, now: float) -> PauseOverdue | None:
    """Whether his pause has just outlasted what its kind allows."""
    kind = policy.pauses.get(operator.pause_kind)
    if operator.state is not OperatorState.PAUSED or kind is None or not kind.limit_s or operator.overdue:
        return None
    return PauseOverdue(operator.login) if now - operator.since > kind.limit_s else None
