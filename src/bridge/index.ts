export { type Bridge, type BridgeOptions, openBridge } from './bridge.js';
export { PythonError } from './failures.js';
export { type Interpreter, identifyInterpreter } from './interpreter.js';
