import type { TagValue } from '../data/cell';
import { GENERATED_TAGS } from '../data/lookup-columns';

/** Longest name of a tag (Create Tags). */
export const MAX_TAG_NAME = 25;

/** Names or ids that stand for a tag in a request; the id counts where both are given. */
export interface TagName {
  readonly id?: string;
  readonly name?: string;
}

/** The tags of one module. */
export class ModuleTags {
  readonly #list: TagValue[] = [...GENERATED_TAGS];
  readonly #prefix: string;

  /** @param prefix begins the ids of new tags */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  all(): readonly TagValue[] {
    return this.#list;
  }

  find({ id, name }: TagName): TagValue | undefined {
    return this.#list.find((tag) =>
      id === undefined ? tag.name.toLowerCase() === name?.toLowerCase() : tag.id === id,
    );
  }

  add(name: string, color: string | null = null): TagValue {
    const tag = { name, id: `${this.#prefix}${String(this.#list.length).padStart(3, '0')}`, color_code: color };
    this.#list.push(tag);
    return tag;
  }

  /** The tags that are meant, each once; names that are new become tags. */
  resolve(names: readonly TagName[]): TagValue[] {
    return uniqueTags(names.map((name) => this.find(name) ?? this.add(name.name ?? '')));
  }
}

/** Each tag once, in the order in which it comes first. */
export function uniqueTags(tags: readonly TagValue[]): TagValue[] {
  return [...new Map(tags.map((tag) => [tag.id, tag])).values()];
}

/** The tags of all modules. Each module has tags of its own, also where names are alike. */
export class Tags {
  readonly #modules = new Map<string, ModuleTags>();

  of(module: string): ModuleTags {
    const known = this.#modules.get(module);
    if (known) return known;
    const tags = new ModuleTags(`55000000000${String(870_000 + this.#modules.size)}`.slice(0, 16));
    this.#modules.set(module, tags);
    return tags;
  }

  reset(): void {
    this.#modules.clear();
  }
}
