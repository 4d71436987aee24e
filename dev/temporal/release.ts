/** Version of the Temporal CLI that is obtained; its development server is 1.29.1. */
export const TEMPORAL_VERSION = '1.5.1';

/** An archive of the Temporal CLI. */
export interface Release {
  readonly url: string;
  /** Of the archive, in hex. */
  readonly sha256: string;
}

const RELEASES = 'https://github.com/temporalio/cli/releases/download';

/** SHA-256 of the archives of TEMPORAL_VERSION, as in the `checksums.txt` of the release: both change together. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** The archive for a platform and processor, by Node's names of them; undefined where there is none that is known. */
export function findRelease(platform: string, arch: string): Release | undefined {
  const name = `${platform}_${arch === 'x64' ? 'amd64' : arch}`;
  const sha256 = CHECKSUMS[name];
  if (sha256 === undefined) return undefined;
  return { url: `${RELEASES}/v${TEMPORAL_VERSION}/temporal_cli_${TEMPORAL_VERSION}_${name}.tar.gz`, sha256 };
}
