// The plain JavaScript backend, set up once a test file. Its one-time advice to install the native one is not for us.
import * as tf from '@tensorflow/tfjs';

export async function usePlainBackend(): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend('cpu');
}
