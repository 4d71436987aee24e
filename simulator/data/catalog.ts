import { ZonedTime } from '../zoned-time';
import { GeneratedModule, type ModulePlan } from './generated-module';
import { accounts } from './modules/accounts';
import { contacts } from './modules/contacts';
import { AWKWARD_MODULES, customModule, type CustomModuleRequest } from './modules/custom-module';
import { deals } from './modules/deals';
import { leads } from './modules/leads';
import { generateUsers, type User } from './users';

/** All that the data depends on. Plain, so that a worker thread can rebuild the same data from it. */
export interface DataOptions {
  readonly seed: number;
  readonly deals: number;
  readonly contacts: number;
  readonly accounts: number;
  readonly leads: number;
  readonly users: number;
  readonly timeZone: string;
  readonly multiselectSeparator: string;
  /** Whether there are modules that no careless client gets past: without permission, without field metadata. */
  readonly traps: boolean;
}

/** Last number of the ready-made modules; those added later continue from it. */
const FIRST_CUSTOM_NUMBER = 201;

/** The organization's users and modules, generated from a seed. */
export class Catalog {
  readonly users: User[];
  /** Names of users who got another one, by id. */
  readonly userNames = new Map<string, string>();
  readonly zone: ZonedTime;
  /** Modules added on request, in order. They and the options are the recipe of this catalog. */
  readonly requests: CustomModuleRequest[] = [];
  readonly #modules = new Map<string, GeneratedModule>();
  #nextNumber = FIRST_CUSTOM_NUMBER;
  readonly options: DataOptions;

  constructor(options: DataOptions) {
    this.options = options;
    this.users = generateUsers(options.users);
    this.zone = new ZonedTime(options.timeZone);
    for (const plan of [
      accounts(options.accounts),
      contacts(options.contacts),
      deals(options.deals),
      leads(options.leads),
    ]) {
      this.#build(plan);
    }
    const isTrap = ({ forbidden, withoutFieldMetadata }: CustomModuleRequest) => forbidden ?? withoutFieldMetadata;
    for (const request of AWKWARD_MODULES.filter((module) => options.traps || !isTrap(module)))
      this.#build(customModule(request, this.#nextNumber++));
  }

  /** Adds a custom module. */
  add(request: CustomModuleRequest): GeneratedModule {
    this.requests.push(request);
    return this.#build(customModule(request, this.#nextNumber++));
  }

  /** A module by API name in any case. */
  module(apiName: string): GeneratedModule | undefined {
    return this.#modules.get(apiName.toLowerCase());
  }

  modules(): GeneratedModule[] {
    return [...this.#modules.values()];
  }

  /** @returns whether there is such a user */
  renameUser(id: string, name: string, modified: number): boolean {
    const index = this.users.findIndex((user) => user.id === id);
    const user = this.users[index];
    if (!user) return false;
    this.users[index] = { ...user, name, last_name: name, modified };
    this.userNames.set(id, name);
    return true;
  }

  rename(module: GeneratedModule, apiName: string): void {
    this.#modules.delete(module.apiName.toLowerCase());
    module.rename(apiName);
    this.#modules.set(apiName.toLowerCase(), module);
  }

  #build(plan: ModulePlan): GeneratedModule {
    const module = new GeneratedModule(plan, {
      seed: this.options.seed,
      zone: this.zone,
      users: this.users,
      multiselectSeparator: this.options.multiselectSeparator,
      relatedModule: (apiName) => {
        const related = this.module(apiName);
        if (!related) throw new Error(`${plan.apiName} looks up ${apiName}, which is built after it`);
        return related;
      },
    });
    this.#modules.set(plan.apiName.toLowerCase(), module);
    return module;
  }
}
