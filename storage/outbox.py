"""The store's side of texts to citizens: what is due, what is being sent, and what became of it."""

from cases.texts import Answer, Text, TextKind, TextState
from routing.documents import StoredDocument
from routing.records import Act, AuditEntry, Page
from storage import audit, texts
from storage.rulebook import Rulebook


class Outbox(Rulebook):
    def texts_due(self, now: float) -> bool:
        """Whether `take_text` would find anything to do."""
        with self._reading() as session:
            return texts.due(session, now)

    def take_text(self, now: float, lease_s: float, decide: texts.Decide) -> Text | None:
        """The next one to be handed over, written down as being sent; None if there is none.

        Whoever takes it hands it over once and says what came of it. If he does not for `lease_s` seconds, it is
        unknown whether the provider has it, and it is not handed over again by itself.
        """
        with self._writing() as session:
            return texts.take(session, now, lease_s, decide)

    def text_answered(self, handed: Text, answer: Answer, now: float) -> Text:
        """What came of handing it over; the text as it stands now."""
        with self._writing() as session:
            return texts.answered(session, handed, answer, now)

    def resend_text(self, name: str, *, who: str, origin: str, at: float) -> Text:
        """A person wants it sent once more, though it may come twice; with a row in the audit.

        Raises `NoSuchText`, `NotAgain`.
        """
        with self._writing() as session:
            text = texts.again(session, name, at)
            audit.append(session, AuditEntry(at, who, Act.TEXT_RESENT, name, origin))
            return text

    def texts(self, state: TextState | None = None, cursor: str | None = None, limit: int = 50) -> Page[Text]:
        """Newest first. Raises `BadCursor`."""
        with self._reading() as session:
            return texts.page(session, state, cursor, limit)

    def text_counts(self) -> dict[TextState, int]:
        """State -> how many texts are in it, those with any."""
        with self._reading() as session:
            return texts.counts(session)

    def texts_about(self, subject: str) -> int:
        """How many texts there are about this call or case."""
        with self._reading() as session:
            return texts.about(session, subject)

    def text_templates(self) -> list[StoredDocument]:
        """One for every kind of text; with version 0 those that are as they were shipped."""
        with self._reading() as session:
            return [texts.template(session, kind) for kind in TextKind]
