"""A seeded class of any size, with the shapes that a real one has, and hostile strings."""

# ruff: noqa: E501

import math
import random
from collections.abc import Iterator

from autograder.model import (
    CellOutput,
    Gradation,
    Provenance,
    QuestionResult,
    Status,
    TestCaseOutcome,
)

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "<!-- <script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:document.title='owned'",
    '=HYPERLINK("http://example.org","free points")',
    "\u202egnp.exe\u2066 right to left \u200b\u00ad",
    "\x1b[31mred\x00\x07 bell",
    "Z" + "\u0301" * 40 + "algo",
    "\ud800 lone surrogate",
    "'\"`&amp;<b>bold</b>",
    "]]> --> */ ' onmouseover='x",
)

POINTS = {"q1": (1, 1, 2), "q2": (1, 2, 2), "q3": (1, 1, 2, 2), "q4": (1, 2, 2), "q5": (1, 1, 2, 2)}
HARDNESS = {"q1": -1.2, "q2": -0.3, "q3": 0.4, "q4": 0.1, "q5": 0.7}
SLIPS = {
    "q2": ("accumulated-gradient", "hand-raised-error"),
    "q3": ("summed-before-weighting", "unit-weights-only"),
    "q4": ("flow-ignores-data",),
    "q5": ("accumulated-gradient", "degrees", "derivative-drawn-as-function", "shifted-grid"),
}
LESSONS = {
    "accumulated-gradient": (
        "Each backward call adds to x.grad, so later values hold the sum of all before. "
        "Clear the gradient, or start from a fresh leaf, before every call.",
        "每次调用 backward 都会把梯度加到 x.grad 上，因此后面的值包含了之前所有梯度之和。请在每次调用前清零梯度。",
    ),
    "degrees": (
        "The grid was read as degrees; torch.sin takes radians.",
        "网格被当作角度；torch.sin 使用弧度。",
    ),
}
GIVEN = ("Mia", "Noah", "Li Wei", "王芳", "Sofía", "Jürgen", "Aisha", "Oluwaseun", "Anna", "Đặng")
FAMILY = (
    "Schmidt",
    "Chen",
    "García",
    "Okafor",
    "Nguyen",
    "Smith",
    "Ivanova",
    "张",
    "O'Neil",
    "Kim",
)
ERRORS = {
    "q2": {
        "type": "RuntimeError",
        "message": "Trying to backward through the graph a second time (or directly access saved "
        "tensors after they have already been freed).",
        "raised_in": "torch/autograd/graph.py, _engine_run_backward",
    },
    "q3": {
        "type": "RuntimeError",
        "message": "grad can be implicitly created only for scalar outputs",
        "raised_in": "torch/autograd/__init__.py, _make_grads",
    },
}
GRID = [round(-5 + 0.02 * n, 2) for n in range(0, 500, 4)]
REFERENCE = {
    "q5": [
        {"label": "sin(x)", "artist": "line", "axes": 0, "x": GRID, "y": [math.sin(x) for x in GRID]},
        {"label": "derivative", "artist": "line", "axes": 0, "x": GRID,
         "y": [math.cos(x) for x in GRID]},
    ]
}  # fmt: skip


ANSWERS = {
    "q2": (
        "def twice(f, x):\n    y = f(x)  # forward\n    y.backward(retain_graph=True)\n"
        "    y.backward()\n    return x.grad",
        "def twice(g, at):\n    out = g(at)\n    out.backward(retain_graph=True)\n"
        "    out.backward()\n    return at.grad",
        "def twice(f, x):\n    f(x).backward()\n    f(x).backward()\n    return x.grad",
        "def twice(f, x):\n    return 2 * torch.autograd.grad(f(x), x)[0]",
        "twice = ...",
    ),
    "q5": ("df = [v.grad for v in leaves]", "df = np.cos(x)", "df = torch.cos(torch.tensor(x))"),
}


def sample_answers(index: int, hostile: bool) -> dict[str, str]:
    """Return what a submission answers: the first ones what nobody should run or believe."""
    if hostile and index < len(HOSTILE):
        return {"q2": f'text = """\n{HOSTILE[index]}\n"""', "q5": HOSTILE[index]}
    return {name: texts[index * 7 % len(texts)] for name, texts in ANSWERS.items()}


def sample_gradations(count: int, seed: int = 7, hostile: bool = True) -> Iterator[Gradation]:
    """Yield gradations, the same ones for the same arguments."""
    random_ = random.Random(seed)
    for index in range(count):
        yield _gradation(random_, index, hostile)


def _gradation(random_: random.Random, index: int, hostile: bool) -> Gradation:
    name = f"{random_.choice(GIVEN)} {random_.choice(FAMILY)}"
    file = f"{name.replace(' ', '').lower()}_{10_000 + index}_autodiff.ipynb"
    if hostile and index < len(HOSTILE):
        file = HOSTILE[index].replace("/", "∕") + ".ipynb"
    common = {
        "submission": f"s{index:05d}",
        "file": file,
        "digest": f"{index:064x}",
        "assignment": "autodiff",
        "language": "zh" if index % 4 == 3 else "en",
        "wall_s": round(random_.lognormvariate(-1.1, 0.5), 3),
        "cpu_s": round(random_.lognormvariate(-1.3, 0.4), 3),
        "memory_mib": round(random_.uniform(20, 60), 1),
        "graded_by": Provenance(
            grading_zip="ab" * 32, autograder="0.1", image="sha256:" + "cd" * 32
        ),
    }
    if index % 97 == 41:
        reason = "the sandbox did not answer: the container was removed by somebody"
        return Gradation(**common, status=Status.NOT_GRADED, reason=reason)
    status = Status.COMPLETED
    if index % 53 == 29:
        status = random_.choice((Status.TIMEOUT, Status.MEMORY_LIMIT, Status.UNREADABLE))
    ability = random_.gauss(0.9, 1.1)
    if status is not Status.COMPLETED:
        ability = -9.0
    questions = tuple(
        _question(random_, name, ability, HOSTILE[index % len(HOSTILE)] if hostile and index < 30 else "",
                  common["language"])
        for name in POINTS
    )  # fmt: skip
    solved = {question.name: question.score == question.possible for question in questions}
    slips = {case.slip for question in questions for case in question.cases}
    return Gradation(
        **common,
        status=status,
        reason="" if status is Status.COMPLETED else f"The notebook ended early ({status.value})",
        questions=questions,
        curves={"q5": _curves(random_, solved["q5"], slips)} if ability > -2 else {},
        errors={q: [ERRORS[q]] for q in ERRORS if ability > -1 + random_.random()},
        outputs=(
            CellOutput("tensor([0., 4., 8., 12.])"),
            CellOutput("", _cell_error(random_, solved)),
        ),
        notes=("the newest of two notebooks in the zip was taken",) if index % 31 == 5 else (),
        answers=sample_answers(index, hostile),
    )


def _question(random_, name, ability, text, language) -> QuestionResult:
    cases = []
    for number, points in enumerate(POINTS[name], start=1):
        chance = 1 / (1 + math.exp(-1.6 * (ability - HARDNESS[name] - 0.35 * (number - 1))))
        passed = random_.random() < chance
        slip = None
        message = "Right." if passed else "The check did not pass."
        if not passed and number > 1 and name in SLIPS and random_.random() < 0.8:
            slip = random_.choice(SLIPS[name])
            english, chinese = LESSONS.get(
                slip, (f"This looks like: {slip}.", f"这看起来像：{slip}。")
            )
            message = f"{chinese}\n{english}" if language == "zh" else english
        if not passed and text:
            message += f"\nGot {text}"
        cases.append(
            TestCaseOutcome(f"{name} - {number}", passed, number > 1, float(points), message, slip)
        )
    score = sum(case.points for case in cases if case.passed)
    return QuestionResult(name, score, float(sum(POINTS[name])), tuple(cases))


def _curves(random_, right: bool, slips: set) -> list[dict]:
    slope = [math.cos(x) for x in GRID]
    if not right:
        if "accumulated-gradient" in slips:
            total, slope = 0.0, []
            for x in GRID:
                total += math.cos(x) * 0.08
                slope.append(total)
        elif "degrees" in slips:
            slope = [math.cos(math.radians(x)) for x in GRID]
        elif "shifted-grid" in slips:
            slope = [math.cos(x + 0.6) for x in GRID]
        else:
            slope = [math.sin(x) + random_.gauss(0, 0.02) for x in GRID]
            slope[3] = None
    return [
        {"label": "f(x)", "artist": "line", "axes": 0, "x": GRID, "y": [math.sin(x) for x in GRID]},
        {"label": "f'(x)", "artist": "line", "axes": 0, "x": GRID, "y": slope},
    ]


def _cell_error(random_, solved) -> str | None:
    if solved["q1"] or random_.random() < 0.5:
        return None
    size = random_.randint(2, 9)
    return f"RuntimeError: The size of tensor a ({size}) must match the size of tensor b (5)"
