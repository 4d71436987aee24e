import {
  createCoreActivities,
  createLoadActivities,
  createZohoActivities,
  type ActivityDependencies,
  type CoreActivities,
  type LoadActivities,
  type ZohoActivities,
} from '../../../src/activities';

export type ActivityName = keyof CoreActivities | keyof LoadActivities | keyof ZohoActivities;

/** Names of all activities that a worker registers. */
export function registeredActivities(): ActivityName[] {
  // They are named, never run: nothing is asked of what they depend on.
  const unused = {} as ActivityDependencies;
  const registered = [
    createCoreActivities(unused, () => false),
    createZohoActivities(unused),
    createLoadActivities(unused),
  ];
  return registered.flatMap((activities) => Object.keys(activities) as ActivityName[]);
}
