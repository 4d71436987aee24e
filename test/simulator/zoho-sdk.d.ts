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
  interface Field {
    setFieldLabel(label: string): void;
    setDataType(type: string): void;
    setLength(length: number): void;
    setId(id: bigint): void;
  }
  interface Action {
    getStatus(): Choice;
    getMessage(): string | Choice;
    getDetails(): Map<string, unknown>;
  }
  export const Fields: {
    GetFieldsParam: { MODULE: unknown };
    CreateFieldParam: { MODULE: unknown };
    UpdateFieldsParam: { MODULE: unknown };
    Fields: new () => Field;
    BodyWrapper: new () => { setFields(fields: Field[]): void };
    FieldsOperations: new () => {
      createField(body: unknown, parameters: ParameterMap): Promise<ApiResponse<{ getFields(): Action[] }>>;
      updateFields(body: unknown, parameters: ParameterMap): Promise<ApiResponse<{ getFields(): Action[] }>>;
      getFields(
        parameters: ParameterMap,
      ): Promise<ApiResponse<{ getFields(): { getAPIName(): string; getDataType(): string }[] }>>;
    };
  };
  export const Record: {
    GetRecordsParam: { FIELDS: unknown; PER_PAGE: unknown; PAGE_TOKEN: unknown };
    Record: new () => SdkRecord;
    MassUpdateBodyWrapper: new () => {
      setData(records: SdkRecord[]): void;
      setIds(ids: string[]): void;
      setCvid(cvid: string): void;
    };
    GetMassUpdateStatusParam: { JOB_ID: unknown };
    BodyWrapper: new () => { setData(records: SdkRecord[]): void };
    RecordOperations: new (module: string) => {
      getRecords(parameters: ParameterMap): Promise<ApiResponse<Records>>;
      getRecord(id: bigint): Promise<ApiResponse<Records>>;
      recordCount(): Promise<ApiResponse<{ getCount(): bigint }>>;
      createRecords(body: unknown): Promise<ApiResponse<{ getData(): Outcome[] }>>;
      massUpdateRecords(body: unknown): Promise<ApiResponse<{ getData(): Action[] }>>;
      getMassUpdateStatus(
        parameters: ParameterMap,
      ): Promise<ApiResponse<{ getData(): { getStatus(): Choice; getUpdatedCount(): number }[] }>>;
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

  interface HeaderMap {
    add(header: unknown, value: unknown): Promise<void>;
  }
  interface FieldMapping {
    setAPIName(name: string): void;
    setIndex(index: number): void;
  }
  interface Resource {
    setType(type: Choice): void;
    setModule(module: MinifiedModule): Promise<void>;
    setFileId(id: string): void;
    setFileNames(names: string[]): void;
    setFieldMappings(mappings: FieldMapping[]): void;
  }
  interface WriteJob {
    getStatus(): string;
    getResource(): { getFile(): { getAddedCount(): number } }[];
    getResult(): { getDownloadUrl(): string };
  }
  export const HeaderMap: new () => HeaderMap;
  export const StreamWrapper: new (name: string, stream: unknown, path?: string) => object;
  export const BulkWrite: {
    UploadFileHeader: { FEATURE: unknown; X_CRM_ORG: unknown };
    FileBodyWrapper: new () => { setFile(file: object): void };
    FieldMapping: new () => FieldMapping;
    Resource: new () => Resource;
    RequestWrapper: new () => {
      setOperation(operation: Choice): void;
      setResource(resources: Resource[]): void;
      setCharacterEncoding(encoding: string): void;
    };
    BulkWriteOperations: new () => {
      uploadFile(body: unknown, headers: HeaderMap): Promise<ApiResponse<Action>>;
      createBulkWriteJob(body: unknown): Promise<ApiResponse<Action>>;
      getBulkWriteJobDetails(id: string): Promise<ApiResponse<WriteJob>>;
      downloadBulkWriteResult(
        url: string,
      ): Promise<
        ApiResponse<{ getFile(): { getStream(): unknown } } | Promise<{ getFile(): { getStream(): unknown } }>>
      >;
    };
  };
  interface Channel {
    setChannelId(id: string): void;
    setNotifyUrl(url: string): void;
    setEvents(events: string[]): void;
    setToken(token: string): void;
    getChannelId(): string;
    getEvents(): string[];
  }
  export const Notifications: {
    Notification: new () => Channel;
    BodyWrapper: new () => { setWatch(channels: Channel[]): void };
    DeleteNotificationParam: { CHANNEL_IDS: unknown };
    NotificationsOperations: new () => {
      enableNotifications(body: unknown): Promise<ApiResponse<{ getWatch(): Action[] }>>;
      getNotifications(): Promise<ApiResponse<{ getWatch(): Channel[] }>>;
      deleteNotification(parameters: ParameterMap): Promise<ApiResponse<{ getWatch(): Action[] }>>;
    };
  };
}
