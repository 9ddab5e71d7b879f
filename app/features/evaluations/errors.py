"""What can go wrong with evaluations."""

from app.errors import Conflict


class EvaluationExists(Conflict):
    """A title that another evaluation of that kind and year has."""

    code = "evaluation-exists"
    title = "The year has an evaluation of that kind and title"
    remedy = "Read that one and change it, or give this one another title."


class EvaluationFinal(Conflict):
    """A final evaluation that was to be made final, or changed without saying why."""

    code = "evaluation-final"
    title = "The evaluation is final"
    remedy = "Change it with a `reason`: that makes it a draft again, as a new version."


class EvaluationIncomplete(Conflict):
    """A draft that cannot be made final."""

    code = "evaluation-incomplete"
    title = "The evaluation cannot be made final yet"
    remedy = "Put right what the errors name; a check that is not among them does not stand in the way."
