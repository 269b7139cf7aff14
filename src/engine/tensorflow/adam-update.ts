/** One step of Adam on one variable in plain operations of TensorFlow.js, for engines without a kernel of their own. */
import type { AdamUpdate } from '../adam.ts'
import type { Tf } from '../tf.ts'

/**
 * Makes the update.
 *
 * @param tf - TensorFlow.js.
 * @returns The update.
 * @throws Never.
 */
export function createPlainAdamUpdate(tf: Tf): AdamUpdate {
  return ({ variable, gradient, m, v }, { step, beta1, beta2, root, epsilon, keep, l1 }) =>
    tf.tidy(() => {
      const g = l1 === 0 ? gradient : tf.add(gradient, tf.mul(tf.sign(variable), l1))
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)))
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)))
      const change = tf.div(tf.mul(m, step), tf.add(tf.sqrt(tf.mul(v, root)), epsilon))
      variable.assign(tf.sub(tf.mul(variable, keep), change))
    })
}
