"""What is said of each slip behind wrong values and gradients: slip -> (English, Chinese)."""

SLIPS = {
    "accumulated-gradient": (
        "The gradient holds earlier ones too: backward() adds to .grad, it never replaces it. "
        "Use a fresh leaf, or clear .grad, before each walk.",
        "梯度里混进了之前的梯度：backward() 是往 .grad 上累加，而不是替换。"
        "每次反向传播之前请使用新的叶子张量，或者清空 .grad。",
    ),
    "doubled-by-each-walk": (
        "Each walk adds the gradient once more; it does not double what is there.",
        "每走一遍，只是再加上一次梯度，而不是把已有的翻倍。",
    ),
    "first-derivative-only": (
        "This is the first derivative. Differentiate the derivative again, n times in all.",
        "这是一阶导数。请对导数再次求导，一共求 n 次。",
    ),
    "one-order-too-many": (
        "This is a derivative of one order too many; count how often you differentiate.",
        "导数多求了一阶；请数一数求了几次导。",
    ),
    "one-order-too-few": (
        "This is a derivative of one order too few; count how often you differentiate.",
        "导数少求了一阶；请数一数求了几次导。",
    ),
    "power-of-first-derivative": (
        "This is the first derivative raised to a power. "
        "The n-th derivative differentiates n times; it does not multiply.",
        "这是一阶导数的幂。n 阶导数是求导 n 次，而不是把一阶导数相乘。",
    ),
    "function-instead-of-derivative": (
        "These are the values of the function itself, not of its derivative.",
        "这是函数本身的值，而不是导数的值。",
    ),
    "finite-differences": (
        "This is estimated from values of f, or of a lower derivative, at nearby points; autograd "
        "gives another number here. Let autograd differentiate, in every order.",
        "这是由 f（或较低阶导数）在邻近点的值估计出来的；autograd 在这里给出的是另一个数。"
        "每一阶都请让 autograd 求导。",
    ),
    "hard-coded-cosine": (
        "Whatever the function, the answer is a cosine. Differentiate the function that is given.",
        "无论给什么函数，结果都是余弦。请对传入的函数求导。",
    ),
    "summed-gradient": (
        "All values are the same sum. Each point needs a derivative of its own.",
        "所有的值都是同一个总和。每个点都应有自己的导数值。",
    ),
    "same-gradient-everywhere": (
        "Every point has the same value: the list holds one .grad tensor many times. "
        "Keep a copy for each point, or take a fresh leaf.",
        "每个点的值都一样：列表里多次放了同一个 .grad 张量。"
        "请为每个点保存副本，或使用新的叶子张量。",
    ),
    "reversed-order": (
        "The values are right but stand in the opposite order of xs.",
        "数值正确，但顺序与 xs 相反。",
    ),
    "sorted-order": (
        "The values are right but stand in another order than xs; do not sort the grid.",
        "数值正确，但顺序与 xs 不同；请不要对网格排序。",
    ),
    "degrees": (
        "The numbers were taken for degrees somewhere on the way. torch works in radians.",
        "中途有一步把数当成了角度。torch 使用弧度。",
    ),
    "gradient-overwritten": (
        "This is the gradient once. After several walks .grad holds their sum: it accumulates.",
        "这只是一份梯度。多次反向传播之后，.grad 里是它们的和：梯度会累加。",
    ),
    "gradient-not-cleared": (
        "The gradient also holds what an earlier attempt left in it. Start from a fresh leaf.",
        "梯度里还留着之前那次尝试的结果。请从新的叶子张量开始。",
    ),
    "weights-ignored": (
        "This is the gradient with all weights one. gradient= has to be the weights given.",
        "这是所有权重都为 1 时的梯度。gradient= 应该是给定的权重。",
    ),
    "weights-after-sum": (
        "The weights belong to the outputs: they go in before the walk back. Multiplying the "
        "finished gradient by them is only right when the Jacobian is diagonal.",
        "权重属于输出，要在反向传播之前给出。把求好的梯度再乘以权重，只有雅可比矩阵是对角阵时才对。",
    ),
    "jacobian-times-vector": (
        "This is J w, the product from the other side. A backward pass computes w J.",
        "这是从另一边相乘的 J w。反向传播计算的是 w J。",
    ),
    "mean-instead-of-sum": (
        "The result is too small by the number of entries: a mean was taken where a sum was asked.",
        "结果只有应有值的 1/元素个数：应该求和的地方求了平均。",
    ),
    "doubled": (
        "The result is twice as large as it should be: the graph was walked twice, or something "
        "was added twice.",
        "结果是应有值的两倍：同一张图走了两遍，或者有什么加了两次。",
    ),
    "weights-normalised": (
        "The weights were divided by their sum; they are to be used as they are.",
        "权重被除以了它们的总和；应该原样使用权重。",
    ),
    "no-create-graph": (
        "The derivative has no graph, so it cannot be differentiated again: without "
        "create_graph=True autograd computes it and writes nothing down.",
        "导数没有计算图，不能再求导：不给 create_graph=True 时，"
        "autograd 只算出导数，什么也不记录。",
    ),
    "no-leaf": (
        "Nothing here asks for gradients: f has to be computed at a tensor with "
        "requires_grad=True.",
        "这里没有什么要求梯度：f 要在 requires_grad=True 的张量上计算。",
    ),
    "cut-from-the-graph": (
        "What was differentiated had not been computed from the leaf by torch operations: "
        "item(), detach() or a new tensor cuts the graph.",
        "被求导的数不是由叶子张量经 torch 运算得到的：item()、detach() 或新建张量都会切断计算图。",
    ),
    "n-walks": (
        "This is n times the first derivative: the graph of f was walked n times, and the "
        "gradients were added. Differentiate the derivative instead.",
        "这是一阶导数的 n 倍：在 f 的计算图上走了 n 遍，梯度加了起来。应该对导数再求导。",
    ),
    "derivative-at-the-derivative": (
        "The first derivative was taken again at the value that it had. The n-th derivative "
        "differentiates n times, always at x.",
        "这是把一阶导数的值当作新的 x，再求一阶导数。n 阶导数是在同一个 x 处求导 n 次。",
    ),
    "iterated-function": (
        "This is the first derivative of f applied n times over. The n-th derivative "
        "differentiates n times; f is computed once.",
        "这是 f 反复作用 n 次之后的一阶导数。n 阶导数是求导 n 次，f 只计算一次。",
    ),
    "cut-to-integers": (
        "The numbers were cut to whole numbers on the way.",
        "这些数中途被截成了整数。",
    ),
    "swapped-branches": (
        "The two branches are swapped: over 10 passes a through, otherwise a is doubled.",
        "两个分支写反了：大于 10 时直接用 a，否则翻倍。",
    ),
    "always-doubled": ("a is doubled on both sides of the border.", "边界两边都把 a 翻倍了。"),
    "never-doubled": ("a is doubled on neither side of the border.", "边界两边都没有翻倍。"),
    "not-doubled-inside": (
        "These are the slopes of a itself; inside the border it is doubled before it is summed.",
        "这是 a 本身的斜率；在边界以内，求和之前要先翻倍。",
    ),
    "border-on-the-wrong-side": (
        "Over 10 means strictly larger: a norm of exactly 10 is not over it.",
        "“大于 10”是严格大于：范数恰好等于 10 时不算。",
    ),
    "border-elsewhere": (
        "The border lies elsewhere: another number than 10 is compared, or no norm.",
        "边界不在范数为 10 的地方：比较的数不是 10，或者比较的不是范数。",
    ),
    "norm-cut-to-integer": (
        "The norm is cut or rounded to a whole number before it is compared.",
        "范数在比较之前被取整了。",
    ),
    "one-walk-too-few": (
        "This is the gradient of one walk too few; count how often your loop runs.",
        "少走了一遍；请数一数循环执行了几次。",
    ),
    "norm-not-euclidean": (
        "The norm is the root of the sum of the squares of all entries.",
        "范数是所有元素平方和的平方根。",
    ),
    "halved": (
        "This is half of what it should be: the gradient of one walk only, or the factor 2 of y "
        "was left out.",
        "这只是应有值的一半：只走了一遍的梯度，或者漏掉了 y 中的系数 2。",
    ),
    "taylor-coefficient": (
        "This is the derivative divided by n!, a coefficient of the Taylor series.",
        "这是导数除以 n!，即泰勒级数的系数。",
    ),
    "changes-its-argument": (
        "Afterwards the argument is not what it was. Make a leaf of your own from its values, and "
        "leave it alone.",
        "调用之后，传入的张量变了。请用它的数值另建一个叶子张量，不要改动它本身。",
    ),
    "answer-changes-later": (
        "Called again, it changes what it returned before: both are one and the same tensor. "
        "Return a tensor of its own.",
        "再次调用会改变之前返回的结果：两者是同一个张量。请返回独立的张量。",
    ),
    "another-answer-each-time": (
        "Called again with the same arguments, it gives another answer: something is left over "
        "from the first call.",
        "用同样的参数再次调用，结果就不同了：第一次调用留下了什么。",
    ),
    "other-point": (
        "f was not computed at the values of the argument that was given.",
        "没有在传入参数的数值处计算 f。",
    ),
    "forward-pass-again": (
        "f was computed more than once. Keep the graph instead and walk it several times.",
        "f 计算了不止一次。请保留计算图，在同一张图上走多遍。",
    ),
    "never-walked-back": (
        "The numbers did not come out of a walk back through f. Let autograd differentiate.",
        "这些数不是沿 f 反向传播得到的。请让 autograd 求导。",
    ),
    "forward-pass-missing": (
        "f was never computed.",
        "根本没有计算 f。",
    ),
    "branch-per-entry": (
        "The branch is decided once, by the norm of the whole tensor, not entry by entry.",
        "走哪个分支由整个张量的范数一次决定，而不是逐个元素决定。",
    ),
}
