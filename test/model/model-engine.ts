import type { Engine } from '../support/engine';
import { startEngineApi, type EngineApi } from '../support/engine-api';
import { breakConnections, CrashInterceptor } from './crashes';

/**
 * All of the product in this process, with a worker whose attempts can be made to crash; or with one in a process of its
 * own, which dies as a whole.
 */
export class ModelEngine {
  readonly #api: EngineApi;
  readonly #mendConnections: () => void;
  #restarting = Promise.resolve();

  /** Whether its worker ends by `kill -9`. */
  readonly isKilled: boolean;

  private constructor(api: EngineApi, mendConnections: () => void, isKilled: boolean) {
    this.#api = api;
    this.#mendConnections = mendConnections;
    this.isKilled = isKilled;
  }

  /** @param isKilled the worker has a process of its own, and ends by `kill -9` */
  static async start(isKilled: boolean): Promise<ModelEngine> {
    const mendConnections = breakConnections();
    const worker = { PULSE_NOTIFICATIONS: 'true', ZOHO_TIMEOUT_MS: '3000' };
    const api = await startEngineApi({ ...(!isKilled && { interceptor: new CrashInterceptor() }), worker }, {});
    return new ModelEngine(api, mendConnections, isKilled);
  }

  get parts(): Engine {
    return this.#api.engine;
  }

  /** Ends the worker, as an operator does or by force, and starts another: what it worked on is tried again. */
  restartWorker(): void {
    const { worker } = this.parts;
    this.#restarting = this.#restarting.then(() => worker.kill()).then(() => worker.start());
  }

  async stop(): Promise<void> {
    await this.#restarting;
    await this.#api.stop();
    this.#mendConnections();
  }
}
