import { AWKWARD_NOTES, longText } from '../awkward';
import { numbered, onSome, rarely, serial, varied, variedOnSome } from '../columns';
import { awkwardOnce, beyondDouble, date, decimal, instant, integer, options, pooled } from '../draws';
import { AUDIT_FIELDS, custom, standard, TAG } from '../field-plans';
import type { FieldPlan, ModulePlan } from '../generated-module';
import { lookup } from '../lookup-columns';
import { formulaOf, money } from '../number-columns';

const NAMES = [
  'Cloud migration',
  'Data platform renewal',
  'Managed services, phase 2',
  'Security "assessment"',
  'Umzug nach München',
  'Modernización ERP',
  'データ基盤',
  'Support contract',
  'Landing zone',
  'App modernization',
  'Cost optimisation',
  'Kubernetes workshop',
];
const STAGES = [
  'Qualification',
  'Needs Analysis',
  'Value Proposition',
  'Proposal/Price Quote',
  'Negotiation/Review',
  'Closed Won',
  'Closed Lost',
];
/** Each has a date; the later, the rarer. */
const MILESTONES = ['Proposal', 'SOW', 'PO', 'Kickoff', 'Invoice', 'Payment', 'Revenue'];
/** Very long descriptions are rare, else they would be most of the data. */
const LONG_DESCRIPTION_PERIOD = 20_011;
const LONG_DESCRIPTIONS = [longText(32_000, 1), longText(31_999, 5), longText(12_345, 3)];

const description = rarely(
  LONG_DESCRIPTION_PERIOD,
  LONG_DESCRIPTIONS,
  varied(awkwardOnce(53, pooled([null, null, 'Standard renewal.', 'See "notes", page 2']), AWKWARD_NOTES)),
);

const productChoices = pooled([
  [],
  ['Compute'],
  ['Storage', 'Support'],
  ['Databases, managed'],
  ['Compute', 'Databases, managed', 'Größe "XL"'],
  [],
]);

const expectedRevenue: FieldPlan = {
  definition: {
    apiName: 'Expected_Revenue',
    label: 'Expected Revenue',
    dataType: 'formula',
    custom: false,
    readOnly: true,
    length: 16,
    decimals: 2,
    formula: { returnType: 'currency', expression: '${Deals.Amount}*${Deals.Probability}/100' },
    derived: {
      inputs: ['Amount', 'Probability'],
      from: ([amount, probability]) => {
        const known = typeof amount === 'number' && typeof probability === 'number';
        return known ? expectedRevenueCents(amount, probability) / 100 : null;
      },
    },
  },
  column: (earlier) => {
    const inputs = ['Amount', 'Probability'].map((name) => earlier.get(name)).filter((column) => column !== undefined);
    return formulaOf(inputs, expectedRevenueCents);
  },
};

/** Amount times probability, in whole cents. */
function expectedRevenueCents(amount = 0, probability = 0): number {
  return Math.round(amount * probability);
}

/** The module the engine lives for: exactly 40 fields besides `id`. */
export function deals(rows: number): ModulePlan {
  return {
    apiName: 'Deals',
    singular: 'Deal',
    plural: 'Deals',
    number: 103,
    rows,
    custom: false,
    displayField: 'Deal_Name',
    traits: {},
    fields: [
      standard('Deal_Name', 'text', numbered(NAMES), { mandatory: true, length: 120 }),
      standard('Amount', 'currency', onSome(0.95, money()), { length: 16, decimals: 2 }),
      standard('Stage', 'picklist', varied(pooled(STAGES)), { mandatory: true, options: STAGES }),
      standard('Closing_Date', 'date', variedOnSome(0.97, date(2021, 2027))),
      standard('Account_Name', 'lookup', onSome(0.97, lookup()), { lookupModule: 'Accounts' }),
      standard('Contact_Name', 'lookup', onSome(0.8, lookup()), { lookupModule: 'Contacts' }),
      custom('Territory', 'picklist', varied(options(0.1)), { options: ['EMEA', 'AMER', 'APAC', 'LATAM'] }),
      custom('Service_Line', 'picklist', varied(options(0.1)), {
        options: ['Migration', 'Managed Services', 'Data & AI', 'Security'],
      }),
      custom('Strategic_Account', 'boolean', varied(pooled([true, false, false]))),
      custom('AWS_Funded', 'boolean', varied(pooled([true, false]))),
      custom('Alliance_Motion', 'picklist', varied(options(0.25)), {
        options: ['Co-sell', 'Resell', 'MAP, funded', 'None'],
      }),
      ...MILESTONES.map((name, i) => custom(`${name}_Date`, 'date', variedOnSome(0.75 - i * 0.09, date(2021, 2026)))),
      standard('Probability', 'integer', variedOnSome(0.95, integer(0, 100)), { length: 9 }),
      expectedRevenue,
      standard('Description', 'textarea', description, { length: 32_000 }),
      standard('Type', 'picklist', varied(options(0.2)), {
        options: ['Existing Business', 'New Business'],
        withoutJsonTypeInV2: true,
      }),
      standard('Lead_Source', 'picklist', varied(options(0.2)), {
        options: ['Partner', 'Web Download', 'Trade Show', 'Zoë’s list'],
      }),
      standard('Next_Step', 'text', varied(awkwardOnce(37, pooled(['Call back', 'Send quote', null, null]))), {
        length: 100,
      }),
      custom('Products_Interested', 'multiselectpicklist', varied(productChoices), {
        options: ['Compute', 'Storage', 'Databases, managed', 'Größe "XL"', 'Support'],
      }),
      custom('Is_Renewal', 'boolean', varied(pooled([false, true, false]))),
      custom('Seats', 'integer', variedOnSome(0.7, integer(-5, 100_000)), { length: 9 }),
      custom('ERP_Number', 'bigint', variedOnSome(0.6, beyondDouble), { length: 18 }),
      custom('Win_Score', 'double', variedOnSome(0.7, decimal(-10, 100, 4)), { length: 16, decimals: 4 }),
      custom('Discount', 'percent', variedOnSome(0.5, decimal(0, 100, 2)), { length: 5, decimals: 2 }),
      custom('Next_Review_Time', 'datetime', variedOnSome(0.5, instant)),
      custom('Deal_Number', 'autonumber', serial('PP-', '', 7), { readOnly: true, autonumberPrefix: 'PP-' }),
      custom('Deal_Room', 'website', onSome(0.3, serial('https://rooms.example/d/', '?x=1&y=%20')), { length: 450 }),
      custom('Partner_Account', 'lookup', onSome(0.25, lookup()), { lookupModule: 'Accounts' }),
      TAG,
      ...AUDIT_FIELDS,
    ],
  };
}
