/** Networks outside TensorFlow.js: export to ONNX, and synchronous inference on ONNX Runtime. */
export { exportOnnx, onnxInputName, onnxOutputName } from './export.ts'
export { openFastestSession } from './fastest-session.ts'
export {
  openOnnxSession,
  type OnnxProvider,
  type OnnxSession,
  type OnnxSessionOptions,
} from './session.ts'
