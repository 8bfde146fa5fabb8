// RapidJSON's reader and writers. Its stack adds to a null pointer before it first allocates, to
// see that there is no room: harmless, but not defined, and Clang's sanitizer says so at every
// text. That one check is switched off, there only, so this header comes before all others of
// RapidJSON that include the stack, and in their place.

#ifndef ROSTRUM_LIB_WIRE_RAPIDJSON_H_
#define ROSTRUM_LIB_WIRE_RAPIDJSON_H_

#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif

#include <rapidjson/internal/stack.h>

#ifdef __clang__
#pragma clang attribute pop
#endif

#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#endif  // ROSTRUM_LIB_WIRE_RAPIDJSON_H_
