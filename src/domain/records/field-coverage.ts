/** A field a module must have for the product to work on it. */
export interface RequiredField {
  apiName: string;
  /** Zoho's data type. */
  dataType: string;
  /** Whether an administrator or provisioning has to create it; the others are standard fields of Zoho's. */
  custom: boolean;
  /** API name of the module a lookup has to point to. */
  lookupModule?: string;
}

/** Metadata of a field that the analysis depends on. */
export interface CoverageField {
  apiName: string;
  dataType: string;
  lookup?: { module: string } | null | undefined;
}

export interface WrongType {
  apiName: string;
  /** Zoho's data type; for a lookup with the module it points to, such as `lookup(Accounts)`. */
  actual: string;
  expected: string;
}

export interface FieldCoverage {
  /** API names of the fields that exist with the right type, in the required order. */
  present: string[];
  missing: RequiredField[];
  wrongType: WrongType[];
  /** Share of required fields that are present with the right type, 0 to 100, with one decimal; 100 only if all are. */
  percentage: number;
}

const standard = (apiName: string, dataType: string): RequiredField => ({ apiName, dataType, custom: false });
const lookup = (apiName: string, lookupModule: string): RequiredField => ({
  ...standard(apiName, 'lookup'),
  lookupModule,
});
const custom = (apiName: string, dataType: string): RequiredField => ({ apiName, dataType, custom: true });

/** The 18 fields of a deal from which opportunity-to-revenue is computed. */
export const REQUIRED_DEAL_FIELDS: readonly RequiredField[] = [
  standard('Deal_Name', 'text'),
  standard('Amount', 'currency'),
  standard('Stage', 'picklist'),
  standard('Closing_Date', 'date'),
  lookup('Account_Name', 'Accounts'),
  lookup('Contact_Name', 'Contacts'),
  custom('Territory', 'picklist'),
  custom('Service_Line', 'picklist'),
  custom('Strategic_Account', 'boolean'),
  custom('AWS_Funded', 'boolean'),
  custom('Alliance_Motion', 'picklist'),
  custom('Proposal_Date', 'date'),
  custom('SOW_Date', 'date'),
  custom('PO_Date', 'date'),
  custom('Kickoff_Date', 'date'),
  custom('Invoice_Date', 'date'),
  custom('Payment_Date', 'date'),
  custom('Revenue_Date', 'date'),
];

/** Fields that a module must have; none for modules that the product takes as they are. */
export function requiredFieldsOf(module: string): readonly RequiredField[] {
  return module === 'Deals' ? REQUIRED_DEAL_FIELDS : [];
}

/**
 * Compares a module's fields with those it must have. API names are compared exactly, as Zoho does.
 *
 * @param fields every field of the module that the connected user may see.
 */
export function analyzeCoverage(required: readonly RequiredField[], fields: readonly CoverageField[]): FieldCoverage {
  const known = new Map(fields.map((field) => [field.apiName, field]));
  const coverage: FieldCoverage = { present: [], missing: [], wrongType: [], percentage: 100 };
  for (const wanted of required) {
    const field = known.get(wanted.apiName);
    if (!field) coverage.missing.push(wanted);
    else if (fits(wanted, field)) coverage.present.push(wanted.apiName);
    else {
      coverage.wrongType.push({
        apiName: wanted.apiName,
        actual: typeText(field.dataType, field.lookup?.module),
        expected: typeText(wanted.dataType, wanted.lookupModule),
      });
    }
  }
  // Rounded down, so that only full coverage is 100.
  if (required.length > 0) coverage.percentage = Math.floor((1000 * coverage.present.length) / required.length) / 10;
  return coverage;
}

/** Compares type and target. A lookup whose module Zoho does not report counts as right. */
function fits(wanted: RequiredField, field: CoverageField): boolean {
  const module = field.lookup?.module;
  const pointsRight = wanted.lookupModule === undefined || module === undefined || module === wanted.lookupModule;
  return field.dataType === wanted.dataType && pointsRight;
}

function typeText(dataType: string, module: string | undefined): string {
  return module === undefined ? dataType : `${dataType}(${module})`;
}
