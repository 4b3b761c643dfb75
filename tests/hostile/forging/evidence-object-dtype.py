# tries: arrays of pickled objects and of structured dtypes in a forged frame
# verdict: protocol violation | completed
import msgpack
codec = ours("autograder.wall.codec")
array = {"$": "array", "dtype": "|O", "shape": [1], "data": b"cos\nsystem\n(S'touch /tmp/forged'\ntR."}
forged = msgpack.packb({"$": "dict", "items": [["ok", True], ["found", True], ["value", array]]})
real = codec.pack
codec.pack = lambda message, *args, **kwargs: real(message, *args, **kwargs) if "text" in message else forged
