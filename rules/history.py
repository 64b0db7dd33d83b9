"""The history of a rule at a zone: a fold over its windows in event time, the same whenever and however they came."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.campaigns import Campaign, Counter, Matter
from rules.occupation import WorkedShift
from rules.rule import Rule
from rules.states import RuleState, Transition
from rules.windows import Listener, RuleWindow, Word


@dataclass(frozen=True, slots=True)
class Easing:
    """A run of windows in a row better than the limit by the rule's margin.

    Attributes
    ----------
    since : datetime.date
        Day of the first of them.
    needed : int
        How many make the state normal again.
    """

    since: date
    needed: int


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """What the windows of a rule in a zone say one after another.

    Attributes
    ----------
    transitions : tuple of Transition
        At least one.
    state : RuleState
        The latest but for *no data*: what is resumed when data come back.
    campaign : Campaign or None
        The latest with cause to ask for something.
    flapping : bool
        It has come back so often that it is held as one matter.
    easing : Easing or None
        How the latest matter began to clear, where it does or did.
    """

    transitions: tuple[Transition, ...]
    state: RuleState
    flapping: bool
    campaign: Campaign | None
    easing: Easing | None


def follow(
    rule: Rule, windows: Sequence[RuleWindow], worked: Sequence[WorkedShift], watermark: int, until: int | None
) -> RuleHistory:
    """The history of a rule at a zone, from its first window to the watermark.

    Parameters
    ----------
    windows : sequence of RuleWindow
        Of the rule and one zone, at least one, by their ends; none ends after the watermark.
    worked : sequence of WorkedShift
        Of the rule's quantity in the zone, by their ends.
    watermark : int
        Event time up to which everything is known [ms UTC].
    until : int or None
        End of the zone's last deployment [ms UTC]; None where one is under way. Silence after it is no *no data*.

    Notes
    -----
    A pure function of its arguments, in one pass. No transition depends on a window that ends after it: what is known
    at an earlier watermark is the beginning of what is known at a later one.

    *Pending* is bad but not often enough; *firing* is what the campaign's windows give cause to ask for. How often
    something happened counts over the whole campaign, so that what is bad every Monday is not forgotten every Thursday;
    after a matter has cleared, the next bad window of the same campaign fires at once. What was asked for outlives its
    campaign until windows clear it; the next campaign counts anew.

    *Recovering* begins with the first good window, *normal* with the last of ``clearing.shifts`` good ones in a row. A
    window in between keeps the state and breaks the row; a silent one does neither. What fell back to firing as often
    as ``flapping`` says is held as one matter and takes twice as many good windows.

    *No data*: a window a kit was to see whole was silent, and none has said anything for ``delays.no_data``. Nights,
    weekends and holidays have no windows and are no silence. The state before is resumed with the next window that
    says something. Until the first one does there are no data either.

    References
    ----------
    exposure-semantics, section 5.
    """
    follower = _Follower(rule, worked, until)
    for window in windows:
        follower.take(window)
    return follower.history(watermark)


class _Follower:
    """The fold's state after some windows."""

    __slots__ = (
        "_counter",
        "_delay",
        "_easing",
        "_fired",
        "_flapping",
        "_good",
        "_listener",
        "_matter",
        "_relapses",
        "_rule",
        "_silent",
        "_spoke",
        "_spoken",
        "_state",
        "_transitions",
        "_until",
    )

    def __init__(self, rule: Rule, worked: Sequence[WorkedShift], until: int | None) -> None:
        self._rule = rule
        self._listener = Listener(rule)
        self._counter = Counter(rule, worked, self._listener.asking)
        self._delay = round(1000.0 * rule.delays.no_data)
        self._until = until
        self._transitions: list[Transition] = []
        self._state = RuleState.NORMAL
        self._matter: Matter | None = None  # while firing or recovering
        self._fired = False  # so that firing again is a relapse
        self._flapping = False
        self._relapses: deque[int] = deque(maxlen=max(rule.flapping.times, 1))
        self._spoken = 0  # windows that said something
        self._good = 0
        self._easing: Easing | None = None
        self._spoke: int | None = None  # end of the last window that said something
        self._silent: int | None = None  # end of the first silent one after it that a kit was to see whole

    def take(self, window: RuleWindow) -> None:
        """The next window in order of ends."""
        said = self._listener.said(window)
        before = self._counter.campaign
        campaign = self._counter.file(window, said)
        if campaign is not before:
            self._fired = self._state in {RuleState.FIRING, RuleState.RECOVERING}
            self._relapses.clear()
        if said.word is Word.GOOD and self._goes_on_well:
            self._spoke = window.end
            self._spoken += 1
            return
        fresh = self._counter.count(campaign, window, said)
        if said.word is Word.SILENT and not fresh:
            self._fall_silent(window)
            return
        self._speak(window.end)
        if campaign.matter is not None and (fresh or said.word is Word.BAD):
            self._fire(campaign.matter)
        elif said.word is Word.BAD:
            self._worsen()
        elif said.word is Word.GOOD:
            self._better(window.day)
        else:
            self._good = 0
        self._show(window.end)

    @property
    def _goes_on_well(self) -> bool:
        """Whether a good window changes nothing: most do not."""
        return (
            self._state is RuleState.NORMAL and self._silent is None and self._spoke is not None and self._counter.idle
        )

    def history(self, watermark: int) -> RuleHistory:
        """What the windows so far come to at a watermark."""
        transitions = self._transitions
        silence = self._silence()
        if silence is not None and silence <= watermark:
            transitions = [*transitions, Transition(silence, RuleState.NO_DATA)]
        self._counter.tell_shares()
        return RuleHistory(tuple(transitions), self._state, self._flapping, self._counter.cause, self._easing)

    # -------------------------------------------------------------------------------------------------------- silence

    def _silence(self) -> int | None:
        """When the silence under way became *no data*, or will."""
        if self._silent is None or self._spoke is None:
            return None
        at = max(self._spoke + self._delay, self._silent)
        return at if self._until is None or at <= self._until else None

    def _fall_silent(self, window: RuleWindow) -> None:
        if not self._transitions:
            self._transitions.append(Transition(window.end, RuleState.NO_DATA))
        if self._silent is None and any(assessment.exposure.whole for assessment in window.assessments):
            self._silent = window.end

    def _speak(self, end: int) -> None:
        silence = self._silence()
        if silence is not None and silence < end:
            self._transitions.append(Transition(silence, RuleState.NO_DATA))
            self._show(end)
        self._spoke, self._silent = end, None
        self._spoken += 1

    # --------------------------------------------------------------------------------------------------------- states

    def _worsen(self) -> None:
        if self._state is RuleState.RECOVERING:
            self._fire(self._matter)
            return
        self._good = 0
        if self._state is RuleState.NORMAL:
            self._state = RuleState.PENDING

    def _fire(self, matter: Matter | None) -> None:
        self._matter = matter
        self._good, self._easing = 0, None
        if self._state is RuleState.FIRING:
            return
        self._state = RuleState.FIRING
        if self._fired:
            self._relapses.append(self._spoken)
            often = len(self._relapses) == self._relapses.maxlen
            self._flapping |= often and self._spoken - self._relapses[0] < self._rule.flapping.shifts
        self._fired = True

    def _better(self, day: date) -> None:
        if self._state is RuleState.NORMAL:
            return
        needed = self._rule.clearing.shifts * (2 if self._flapping else 1)
        self._good += 1
        if self._good == 1 and self._state is not RuleState.PENDING:
            self._easing = Easing(day, needed)
        if self._good >= needed:
            if self._flapping:
                self._relapses.clear()
            self._state, self._matter, self._flapping = RuleState.NORMAL, None, False
        elif self._state is RuleState.FIRING:
            self._state = RuleState.RECOVERING

    def _show(self, at: int) -> None:
        """The state as a transition, where it is another one than before."""
        matter, state, flapping = self._matter, self._state, self._flapping
        last = self._transitions[-1] if self._transitions else None
        if (
            last is not None
            and last.state is state
            and (state is not RuleState.FIRING or _tells(last, matter, flapping))
        ):
            return  # the matter, and whether it flaps, change by firing only
        if matter is None:
            self._transitions.append(Transition(at, state))
        else:
            self._transitions.append(Transition(at, state, matter.level, matter.kind, matter.priority, flapping))


def _tells(last: Transition, matter: Matter | None, flapping: bool) -> bool:
    """Whether a transition to firing says what is asked for now."""
    return (
        matter is not None
        and last.level == matter.level
        and last.kind is matter.kind
        and last.priority == matter.priority
        and last.flapping == flapping
    )
