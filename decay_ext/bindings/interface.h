// What tells compiled modules of different sources apart.
//
// `_stepper` and `_groups` call nodes that a `_core_*` module made, by the layout of the class
// `Node` that they were compiled with. With another layout they would call the wrong functions. So
// each module reports both of the following as `BUILD`, and `decaylr._engine` compares them when it
// is imported.
#pragma once

// The version of what Python calls in the compiled modules: functions, their arguments, what they
// mean. Raise it here and in src/decaylr/_engine.py when any of that changes.
#define DECAYLR_INTERFACE 3

// DECAYLR_HEADERS, a hash of all headers: setup.py writes this file.
#include "headers_hash.h"
