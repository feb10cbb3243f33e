/**
 * Python code that the interpreter runs first. It closes these gaps of pythonia:
 *
 * - Python shares our stdout, which is reserved for data. The code redirects Python's output to stderr.
 * - Ctrl-C and signals of batch systems reach the whole process group. The interpreter ignores them; the program that
 *   opened the bridge decides.
 * - A killed Node cannot end its interpreter. A thread watches the parent and exits with it.
 * - pythonia's folder would shadow modules named `proxy`, `ws` or `interface`. It is removed from the path.
 * - pythonia's channel number would confuse a Node process that Python starts. It is removed from the environment.
 * - NaN and infinity are not JSON, and a reply with one would crash Node. The code sends null for both.
 * - A reply that is not JSON would end Python. It becomes an error of that request; arrays and tensors become lists.
 * - Python would report objects that it frees at exit, through modules that no longer exist. Those reports are dropped.
 */
export const BOOTSTRAP = `
import __main__, json, os, signal, sys, threading, time

os.dup2(2, 1)
for name in ("SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), lambda *_: None)
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
