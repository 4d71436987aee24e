import { numbered, onSome, serial, varied } from '../columns';
import { awkwardOnce, options, pooled } from '../draws';
import { AUDIT_FIELDS, standard, TAG } from '../field-plans';
import { FULL_NAME } from '../full-name';
import type { ModulePlan } from '../generated-module';
import { money } from '../number-columns';

/** Every so many generated leads one was converted: it leaves the default list and stays readable. */
export const CONVERTED_PERIOD = 7;

export function leads(rows: number): ModulePlan {
  return {
    apiName: 'Leads',
    singular: 'Lead',
    plural: 'Leads',
    number: 104,
    rows,
    custom: false,
    displayField: 'Full_Name',
    traits: {},
    fields: [
      standard('Last_Name', 'text', numbered(['Poe', 'Ng', 'Åkesson', 'Le "Roi"']), { mandatory: true, length: 80 }),
      standard('First_Name', 'text', varied(pooled(['Eve', 'Ítalo', '宏', null])), { length: 40 }),
      FULL_NAME,
      standard('Company', 'text', varied(awkwardOnce(30, pooled(['Hooli', 'Pied Piper, LLC', 'Stark & Söhne']))), {
        mandatory: true,
        length: 200,
      }),
      standard('Email', 'email', onSome(0.9, serial('lead', '@example.test')), { length: 100 }),
      standard('Lead_Status', 'picklist', varied(options(0.1)), {
        options: ['Contacted', 'Lost Lead', 'Not Contacted', 'Qualified'],
      }),
      standard('Lead_Source', 'picklist', varied(options(0.2)), {
        options: ['Advertisement', 'Trade Show', 'Web, organic'],
      }),
      standard('Annual_Revenue', 'currency', onSome(0.5, money()), { length: 16, decimals: 2 }),
      TAG,
      ...AUDIT_FIELDS,
    ],
  };
}
