import { AWKWARD_NOTES } from '../awkward';
import { numbered, onSome, serial, varied, variedOnSome } from '../columns';
import { awkwardOnce, date, options, pooled } from '../draws';
import { AUDIT_FIELDS, standard, TAG } from '../field-plans';
import { FULL_NAME } from '../full-name';
import type { ModulePlan } from '../generated-module';
import { lookup } from '../lookup-columns';

const LAST_NAMES = ['Roe', 'Doe', "D'Angelo", 'García Márquez', 'van Dijk', 'Søndergård', '李', 'O"Hara', 'Smith, Jr.'];
const FIRST_NAMES = ['Ann', 'Jörg', 'María José', '美咲', 'أحمد', 'Jean-Luc', null, 'Bo'];

export function contacts(rows: number): ModulePlan {
  return {
    apiName: 'Contacts',
    singular: 'Contact',
    plural: 'Contacts',
    number: 102,
    rows,
    custom: false,
    displayField: 'Full_Name',
    traits: {},
    fields: [
      standard('Last_Name', 'text', numbered(LAST_NAMES), { mandatory: true, length: 80 }),
      standard('First_Name', 'text', varied(pooled(FIRST_NAMES)), { length: 40 }),
      FULL_NAME,
      standard('Email', 'email', onSome(0.92, serial('contact', '@example.test')), {
        length: 100,
      }),
      standard(
        'Phone',
        'phone',
        variedOnSome(0.7, (random) => `+44 ${String(random).padStart(10, '0')}`),
        {
          length: 30,
        },
      ),
      standard('Account_Name', 'lookup', onSome(0.9, lookup()), { lookupModule: 'Accounts' }),
      standard('Title', 'text', varied(awkwardOnce(50, pooled(['CEO', 'CTO', 'Buyer', 'Head of "Things"', null]))), {
        length: 100,
      }),
      standard('Department', 'text', varied(pooled(['IT', 'Finance', 'Operations, EMEA', null])), { length: 50 }),
      standard('Lead_Source', 'picklist', varied(options(0.3)), {
        options: ['Advertisement', 'Cold Call', 'Web Download'],
      }),
      standard('Date_of_Birth', 'date', variedOnSome(0.4, date(1945, 2002))),
      standard('Email_Opt_Out', 'boolean', varied(pooled([true, false, false]))),
      standard('Mailing_City', 'text', varied(awkwardOnce(60, pooled(['Paris', 'Zürich', 'Kraków', null]))), {
        length: 100,
      }),
      standard('Description', 'textarea', varied(awkwardOnce(30, pooled([null]), AWKWARD_NOTES)), { length: 32_000 }),
      TAG,
      ...AUDIT_FIELDS,
    ],
  };
}
