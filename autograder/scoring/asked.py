"""What tests may do with an object that stays in the sandbox: what is asked, what is refused."""

# Attributes with two underscores that are asked for; any other is refused.
ATTRIBUTES = frozenset({
    "__doc__", "__name__", "__qualname__", "__module__", "__annotations__", "__defaults__",
    "__kwdefaults__", "__dict__", "__wrapped__", "__members__", "__version__", "__bases__",
    "__self__", "__closure__", "__abstractmethods__", "__dataclass_fields__", "__slots__",
    "__mro__", "__match_args__", "__flags__", "__origin__", "__args__", "__parameters__",
    "__no_type_check__", "__type_params__", "__orig_bases__", "__isabstractmethod__", "__func__",
    "__objclass__", "__get__", "__set__", "__delete__",  # and methods of the student's own
    "__init__", "__new__", "__len__", "__bool__", "__repr__", "__str__", "__iter__", "__next__",
    "__contains__", "__getitem__", "__setitem__", "__call__", "__enter__", "__exit__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__add__", "__radd__", "__sub__",
    "__mul__", "__rmul__", "__truediv__", "__neg__", "__abs__", "__matmul__", "__pow__", "__del__",
    "__dir__", "__getattr__", "__setattr__", "__delattr__", "__delitem__", "__reversed__",
    "__iadd__", "__rsub__", "__rtruediv__", "__floordiv__", "__mod__", "__pos__", "__invert__",
    "__round__", "__int__", "__float__", "__index__", "__format__", "__bytes__", "__post_init__",
    "__and__", "__or__", "__xor__", "__lshift__", "__rshift__", "__divmod__", "__subclasses__",
    "__copy__", "__total__", "__required_keys__", "__optional_keys__", "__getattribute__",
    "__init_subclass__", "__subclasshook__", "__weakref__", "__class_getitem__", "__metadata__",
    "__text_signature__", "__set_name__", "__missing__", "__aiter__", "__anext__", "__aenter__",
    "__aexit__", "__getnewargs__", "__getformat__", "__dataclass_params__", "__setstate__",
    "__complex__",
})  # fmt: skip
# What every object has, and is not asked for: to look at it, as at all that there is, is no use.
KEPT = frozenset({"__reduce__", "__reduce_ex__", "__getstate__", "__sizeof__"})
# What libraries look for in objects under such names is asked for.
PROTOCOLS = ("__sklearn_", "__getitems__")
# By which NumPy makes arrays of other objects; what is at an address is never read.
ARRAYS = ("__array__", "__array_interface__", "__array_struct__")
# Operations that are refused: their default would decide something about an object unseen.
REFUSED = (
    "__missing__", "__idivmod__", "__fspath__",
    "__buffer__", "__release_buffer__", "__aiter__", "__anext__", "__aenter__", "__aexit__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__",
    "__sizeof__", "__mro_entries__", "__dlpack__",
)  # fmt: skip
COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
ASKED = (
    *(f"{side}{name}"
      for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow",
                   "lshift", "rshift", "and", "xor", "or")
      for side in ("", "r", "i") if (side, name) != ("i", "divmod")),
    "neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil", "copy", "bytes",
)  # fmt: skip
ATTRIBUTES |= {f"__{name}__" for name in ASKED}
