import type { Engine } from '../support/engine';
import { startEngineApi, type EngineApi } from '../support/engine-api';
import { breakConnections, CrashInterceptor } from './crashes';

/** All of the product in this process, with a worker whose attempts can be made to crash. */
export class ModelEngine {
  readonly #api: EngineApi;
  readonly #mendConnections: () => void;
  #restarting = Promise.resolve();

  private constructor(api: EngineApi, mendConnections: () => void) {
    this.#api = api;
    this.#mendConnections = mendConnections;
  }

  static async start(): Promise<ModelEngine> {
    const mendConnections = breakConnections();
    const worker = { PULSE_NOTIFICATIONS: 'true', ZOHO_TIMEOUT_MS: '3000' };
    const api = await startEngineApi({ interceptor: new CrashInterceptor(), worker }, {});
    return new ModelEngine(api, mendConnections);
  }

  get parts(): Engine {
    return this.#api.engine;
  }

  /** Stops the worker as an operator does and starts another: what it worked on is cut short and tried again. */
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
