import type { Column } from '../data/column';
import type { GeneratedModule } from '../data/generated-module';

export type ExternalType = 'org' | 'user';

/** The fields whose values take the place of a record's id when `X-EXTERNAL` names them. */
export class ExternalFields {
  readonly #types = new Map<string, ExternalType>();

  mark(module: GeneratedModule, column: Column, type: ExternalType): void {
    this.#types.set(keyOf(module, column), type);
  }

  typeOf(module: GeneratedModule, column: Column): ExternalType | undefined {
    return this.#types.get(keyOf(module, column));
  }

  reset(): void {
    this.#types.clear();
  }
}

function keyOf(module: GeneratedModule, { field }: Column): string {
  return `${module.apiName}.${field.apiName}`;
}
