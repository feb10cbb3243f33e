/**
 * What the interpreter runs before anything else. It mends what pythonia leaves open:
 *
 * - Python's stdout is ours, and ours is for data alone: what Python prints goes to stderr.
 * - Ctrl-C reaches the whole process group: the program that opened the bridge decides what it means.
 * - A killed Node cannot end its interpreter, which would go on with whatever it computes: it ends itself.
 * - pythonia's folder would shadow modules named `proxy`, `ws` or `interface`, and its channel's number would
 *   confuse a Node process that Python starts.
 * - NaN and infinity are no JSON, and a reply with one would crash Node: null stands for both.
 * - A reply that is no JSON at all would end Python: it becomes an error of that one request. Arrays and tensors are
 *   given as lists.
 * - Objects that Python frees while it ends would still be reported, by modules that are already torn down.
 */
export const BOOTSTRAP = `
import __main__, json, os, signal, sys, threading, time

os.dup2(2, 1)
signal.signal(signal.SIGINT, lambda *_: None)
del sys.path[0]
os.environ.pop("NODE_CHANNEL_FD", None)
parent = os.getppid()
send = __main__.ipc.queue


def end_with_parent():
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def plain(value):
    if hasattr(value, "tolist"):
        return value.tolist()
    method = getattr(type(value), "__json__", None)
    if method is None:
        raise TypeError(f"{type(value).__name__} cannot be given as plain data")
    return method(value)


def encode(message):
    try:
        return json.dumps(message, allow_nan=False, default=plain)
    except ValueError:
        return json.dumps(json.loads(json.dumps(message, default=plain), parse_constant=lambda _: None))


def queue(message):
    if not sys.is_finalizing():
        send(message if isinstance(message, str) else encode(message))


threading.Thread(target=end_with_parent, daemon=True).start()
__main__.ipc.queue = queue
`;
