# tries: records that claim to be other kinds: references, functions, records with wrong fields
# verdict: protocol violation | completed
import msgpack
codec = ours("autograder.wall.codec")
forged = msgpack.packb({"$": "dict", "items": [["ok", True], ["found", True], ["value", {"$": "function", "text": "__import__('os').system('touch /tmp/forged')", "name": "f"}]]})
real = codec.pack
codec.pack = lambda message, *args, **kwargs: real(message, *args, **kwargs) if "text" in message else forged
