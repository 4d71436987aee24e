'use strict';

const fc = require('fast-check');

// A mutant is noticed by the first example that fails; to look for a simpler one takes a hundred more.
fc.configureGlobal({ endOnFailure: true });
