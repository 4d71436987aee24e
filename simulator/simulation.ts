import { BulkReadJobs } from './bulk-read/jobs';
import { BulkWriteJobs } from './bulk-write/jobs';
import { VirtualClock } from './clock';
import { Catalog } from './data/catalog';
import { FaultPlan } from './faults/fault-plan';
import { CustomFields } from './fields/custom-fields';
import { CallLog } from './limits/call-log';
import { ConcurrencyGate } from './limits/concurrency-gate';
import { CreditLedger } from './limits/credit-ledger';
import { concurrencyOf, dailyCredits } from './limits/editions';
import { MassUpdateJobs } from './mass-update/jobs';
import { Deliveries } from './notifications/deliveries';
import { Notifications } from './notifications/notifications';
import { TokenStore } from './oauth/token-store';
import type { SimulatorOptions } from './options';
import { PageTokens } from './routes/records/page-token';
import { Automations } from './store/automations';
import { ExternalFields } from './store/external-fields';
import { Records } from './store/records';
import { SearchIndex } from './store/search-index';
import { SwitchBoard } from './switches';

/** One simulated organization: its clock, its data, its limits and what was done to it. */
export class Simulation {
  readonly clock = new VirtualClock();
  readonly calls = new CallLog();
  readonly switches: SwitchBoard;
  readonly catalog: Catalog;
  readonly records: Records;
  readonly tokens: TokenStore;
  readonly credits: CreditLedger;
  readonly gate: ConcurrencyGate;
  readonly faults: FaultPlan;
  readonly customFields: CustomFields;
  readonly bulkRead: BulkReadJobs;
  readonly bulkWrite: BulkWriteJobs;
  readonly massUpdates: MassUpdateJobs;
  readonly deliveries: Deliveries;
  readonly notifications: Notifications;
  readonly pages: PageTokens;
  readonly searchIndex: SearchIndex;
  readonly externalFields = new ExternalFields();
  readonly automations = new Automations();
  /** The organization's number in headers and download paths. */
  readonly zgid = '700001';
  /** `http://host:port` once the API listens. */
  origin = '';
  readonly options: SimulatorOptions;

  constructor(options: SimulatorOptions) {
    this.options = options;
    this.switches = new SwitchBoard({ bulkReadSeparator: options.multiselectSeparator, ...options.switches });
    this.catalog = new Catalog(options);
    this.records = new Records(this.catalog, this.switches);
    this.tokens = new TokenStore(this.clock, options.tokenThrottle, this.switches);
    this.credits = new CreditLedger(this.clock, options.credits ?? dailyCredits(options.edition, options.users));
    this.gate = new ConcurrencyGate(concurrencyOf(options.edition));
    this.faults = new FaultPlan(options.seed);
    this.pages = new PageTokens(this.clock);
    this.searchIndex = new SearchIndex(this.clock, this.switches);
    this.customFields = new CustomFields(this);
    this.bulkRead = new BulkReadJobs(this);
    this.bulkWrite = new BulkWriteJobs(this);
    this.massUpdates = new MassUpdateJobs(this);
    this.deliveries = new Deliveries(this.clock, options.seed, this.switches);
    this.notifications = new Notifications(this);
  }

  /** Back to the state after the start; modules that were added stay, with their generated rows. */
  async reset(): Promise<void> {
    await this.bulkWrite.reset();
    this.massUpdates.reset();
    this.clock.reset();
    this.calls.reset();
    this.switches.reset();
    this.customFields.reset();
    this.records.reset();
    this.tokens.reset();
    this.credits.reset();
    this.gate.reset();
    this.faults.clear();
    this.notifications.reset();
    this.deliveries.reset();
    this.pages.reset();
    this.searchIndex.reset();
    this.externalFields.reset();
    this.automations.reset();
    await this.bulkRead.reset();
  }

  async close(): Promise<void> {
    await this.bulkWrite.reset();
    this.massUpdates.reset();
    this.clock.stop();
    this.notifications.reset();
    this.deliveries.reset();
    await this.bulkRead.close();
  }
}
