import { AWKWARD_NOTES } from '../awkward';
import { numbered, onSome, serial, varied, variedOnSome } from '../columns';
import { awkwardOnce, integer, options, pooled } from '../draws';
import { AUDIT_FIELDS, custom, standard, TAG } from '../field-plans';
import type { ModulePlan } from '../generated-module';
import { money } from '../number-columns';

const NAMES = [
  'Acme Industries',
  'Globex Systems',
  "O'Brien & Sons",
  'Initech "Europe" GmbH',
  'Müller, Schmidt und Partner',
  'Umbra Logistics',
  'Vandelay Imports, Inc.',
  'Стройинвест',
  '株式会社サンプル',
  'Northwind Traders',
  'Blue Yonder Air',
  'Ciudad Eléctrica S.A.',
];

export function accounts(rows: number): ModulePlan {
  return {
    apiName: 'Accounts',
    singular: 'Account',
    plural: 'Accounts',
    number: 101,
    rows,
    custom: false,
    displayField: 'Account_Name',
    traits: {},
    fields: [
      standard('Account_Name', 'text', numbered(NAMES), { mandatory: true, length: 200 }),
      standard('Account_Number', 'bigint', serial('4', '', 9), { length: 18 }),
      standard('Account_Type', 'picklist', varied(options(0.2)), {
        options: ['Customer', 'Partner', 'Prospect', 'Vendor'],
      }),
      standard('Industry', 'picklist', varied(options(0.1)), {
        options: ['Financial Services', 'Technology', 'Government/Military', 'Retail', 'Énergie', 'Food, Beverage'],
      }),
      standard('Annual_Revenue', 'currency', onSome(0.8, money()), { length: 16, decimals: 2 }),
      standard('Employees', 'integer', variedOnSome(0.85, integer(1, 250_000)), { length: 9 }),
      standard(
        'Phone',
        'phone',
        variedOnSome(0.9, (random) => `+1 ${String(random).padStart(10, '0')}`),
        { length: 30 },
      ),
      standard('Website', 'website', onSome(0.9, serial('https://www.account-', '.example/?a=1&b=2')), { length: 450 }),
      standard(
        'Billing_City',
        'text',
        varied(awkwardOnce(40, pooled(['Berlin', 'São Paulo', 'Łódź', 'New York', '東京', null]))),
        { length: 100 },
      ),
      standard(
        'Billing_Country',
        'text',
        varied(pooled(['Germany', 'Brasil', 'Polska', 'United States', '日本', null])),
        { length: 100 },
      ),
      standard(
        'Description',
        'textarea',
        varied(awkwardOnce(25, pooled([null, null, 'Key account.', 'Met at re:Invent']), AWKWARD_NOTES)),
        { length: 32_000 },
      ),
      custom('Strategic', 'boolean', varied(pooled([true, false, false, false]))),
      TAG,
      ...AUDIT_FIELDS,
    ],
  };
}
