import { stopShared } from './shared';

/** Required by mocha itself. It loads no server: a run of pure tests pays nothing for it. */
export const mochaHooks: Mocha.RootHookObject = {
  async afterAll(this: Mocha.Context) {
    this.timeout(60_000);
    await stopShared();
  },
};
