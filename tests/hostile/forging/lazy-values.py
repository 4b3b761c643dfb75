# tries: values that are made when they are looked at: proxies, properties, weak references, generators, coroutines
# bind: next(values)
import weakref, itertools, types, functools, contextvars, asyncio, collections
class P:
    __slots__ = ("__weakref__",)
    def __getattribute__(self, name):
        if name == "__class__": return float
        return object.__getattribute__(self, name)
    def __float__(self): return 1.0
    def __eq__(self, o): return True
    def __bool__(self): return True
p = P()
async def co(): return 1.0
values = itertools.cycle([weakref.proxy(p), weakref.ref(p), (n for n in [1.0]), co(), types.SimpleNamespace(a=1), collections.UserList([40, 80, 120, 160]), collections.ChainMap({}, {}), contextvars.ContextVar("x", default=1.0), functools.cached_property(lambda s: 1), memoryview(b"abcd"), types.MappingProxyType({"a": 1}), iter([40.0]), property(lambda s: 1)])
