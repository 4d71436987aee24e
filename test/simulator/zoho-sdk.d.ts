/** The part of Zoho's official SDK, which has no types of its own, that the tests use. */
declare module '@zohocrm/nodejs-sdk-8.0' {
  interface ApiResponse<T> {
    getStatusCode(): number;
    getObject(): T;
  }
  interface Choice {
    getValue(): string;
  }
  interface SdkRecord {
    getId(): bigint;
    getKeyValues(): Map<string, unknown>;
    addKeyValue(name: string, value: unknown): void;
  }
  interface Records {
    getData(): SdkRecord[];
    getInfo(): { getNextPageToken(): string | null; getMoreRecords(): boolean };
  }
  interface Outcome {
    getStatus(): Choice;
    getDetails(): Map<string, unknown>;
  }
  interface ParameterMap {
    add(parameter: unknown, value: unknown): Promise<void>;
  }
  interface MinifiedModule {
    setAPIName(name: string): void;
  }
  interface Query {
    setModule(module: MinifiedModule): void;
    setFields(fields: string[]): void;
    setPage(page: number): void;
  }
  interface Job {
    getState(): Choice;
    getResult(): { getCount(): number };
  }
  interface Token {
    getAccessToken(): string | null;
    getId(): string | null;
    setId(id: string): void;
  }

  export const ParameterMap: new () => ParameterMap;
  export const Choice: new (value: string) => Choice;
  export const DataCenter: { setEnvironment(url: string, accountsUrl: string, uploadUrl: string): unknown };
  export const OAuthBuilder: new () => {
    clientId(id: string): InstanceType<typeof OAuthBuilder>;
    clientSecret(secret: string): InstanceType<typeof OAuthBuilder>;
    refreshToken(token: string): InstanceType<typeof OAuthBuilder>;
    build(): Token;
  };
  export const TokenStore: { TokenStore: new () => object };
  export const SDKConfigBuilder: new () => { build(): unknown };
  interface Initialization {
    environment(environment: unknown): Initialization;
    token(token: Token): Initialization;
    store(store: object): Initialization;
    SDKConfig(config: unknown): Initialization;
    resourcePath(path: string): Initialization;
    initialize(): Promise<void>;
  }
  export const InitializeBuilder: new () => Promise<Initialization>;
  export const Org: {
    OrgOperations: new () => {
      getOrganization(): Promise<ApiResponse<{ getOrg(): { getCompanyName(): string; getTimeZone(): string }[] }>>;
    };
  };
  export const Users: {
    UsersOperations: new () => { getUsers(): Promise<ApiResponse<{ getUsers(): { getEmail(): string }[] }>> };
  };
  export const Modules: {
    ModulesOperations: new () => {
      getModules(): Promise<ApiResponse<{ getModules(): { getAPIName(): string }[] }>>;
      getModuleByAPIName(name: string): Promise<ApiResponse<{ getModules(): { getAPIName(): string }[] }>>;
    };
    MinifiedModule: new () => MinifiedModule;
  };
  export const Fields: {
    GetFieldsParam: { MODULE: unknown };
    FieldsOperations: new () => {
      getFields(
        parameters: ParameterMap,
      ): Promise<ApiResponse<{ getFields(): { getAPIName(): string; getDataType(): string }[] }>>;
    };
  };
  export const Record: {
    GetRecordsParam: { FIELDS: unknown; PER_PAGE: unknown; PAGE_TOKEN: unknown };
    Record: new () => SdkRecord;
    BodyWrapper: new () => { setData(records: SdkRecord[]): void };
    RecordOperations: new (module: string) => {
      getRecords(parameters: ParameterMap): Promise<ApiResponse<Records>>;
      getRecord(id: bigint): Promise<ApiResponse<Records>>;
      recordCount(): Promise<ApiResponse<{ getCount(): bigint }>>;
      createRecords(body: unknown): Promise<ApiResponse<{ getData(): Outcome[] }>>;
      deleteRecord(id: bigint): Promise<ApiResponse<{ getData(): Outcome[] }>>;
    };
  };
  export const Coql: {
    BodyWrapper: new () => { setSelectQuery(query: string): void };
    CoqlOperations: new () => { getRecords(body: unknown): Promise<ApiResponse<Records>> };
  };
  export const BulkRead: {
    BodyWrapper: new () => { setQuery(query: Query): void };
    Query: new () => Query;
    BulkReadOperations: new () => {
      createBulkReadJob(body: unknown): Promise<ApiResponse<{ getData(): Outcome[] }>>;
      getBulkReadJobDetails(id: bigint): Promise<ApiResponse<{ getData(): Job[] }>>;
      downloadResult(
        id: bigint,
      ): Promise<ApiResponse<Promise<{ getFile(): { getName(): string; getStream(): unknown } }>>>;
    };
  };
}
