// In a file of its own, which librostrum-record must not hold: it asks librostrum for its version.

#include "rostrum/rostrum.h"

uint32_t rostrum_version_number(void) { return ROSTRUM_VERSION_NUMBER; }

const char* rostrum_version_string(void) { return ROSTRUM_VERSION_STRING; }
