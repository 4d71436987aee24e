import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as ZohoSdk from '@zohocrm/nodejs-sdk-8.0';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, DEMO_REFRESH_TOKEN } from '../../simulator';

export type Sdk = typeof ZohoSdk;

/** Signs the SDK, of which there is one a process, in to a simulator; gives the folder it keeps its files in. */
export async function signIn(sdk: Sdk, url: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zoho-sdk-'));
  class MemoryStore extends sdk.TokenStore.TokenStore {
    #token: ReturnType<InstanceType<Sdk['OAuthBuilder']>['build']> | null = null;
    async findToken(): Promise<unknown> {
      return this.#token;
    }
    async findTokenById(): Promise<unknown> {
      return this.#token;
    }
    async saveToken(token: ReturnType<InstanceType<Sdk['OAuthBuilder']>['build']>): Promise<void> {
      if (token.getId() === null) token.setId('1');
      this.#token = token;
    }
  }
  const token = new sdk.OAuthBuilder()
    .clientId(DEMO_CLIENT_ID)
    .clientSecret(DEMO_CLIENT_SECRET)
    .refreshToken(DEMO_REFRESH_TOKEN)
    .build();
  const initialization = await new sdk.InitializeBuilder();
  await initialization
    .environment(sdk.DataCenter.setEnvironment(url, `${url}/oauth/v2/token`, url))
    .token(token)
    .store(new MemoryStore())
    .SDKConfig(new sdk.SDKConfigBuilder().build())
    .resourcePath(folder)
    .initialize();
  return folder;
}
