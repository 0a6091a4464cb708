// One fact as one line of JSON, and back: the form of fact books in files ("rampart.facts/1").
//
//   {"q":"dns","name":"ministry.example","type":"TXT","presence":"present","ttl":300,"seen":"2026-11-23T08:00:00Z",
//    "server":"127.0.0.1:53","records":[{"ttl":300,"text":"v=spf1 -all"}]}
//
// Every member is always at the same place. One that would be false, empty, or 0 by default is left out:
// `ad`, `ttl`, `why`, `detail`, `aliases`, `preference`, `strings` (default 1) and so on. Names are in
// presentation form (Name::text). A record's data is
//   "address"  A, AAAA: the address as text
//   "name"     NS, CNAME, PTR, MX: the target
//   "text"     TXT that is valid UTF-8: its exact bytes
//   "base64"   everything else
// and any other text that is not valid UTF-8 is written base64 under its key with `_base64` behind it. So the
// file is UTF-8, safe to look at, and nothing is lost. Members that are not known here are skipped.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "facts/book.h"

namespace rampart::facts {

// Appends the fact as one line, with its line end. An open fact is a fault of ours and is not written.
void append_fact(std::string& out, const Fact& fact);

// A fact from its line's object. Errors are of kind input and name the member; `where` is left empty.
base::Result<Fact> fact_of(const boost::json::object& object);

}  // namespace rampart::facts
