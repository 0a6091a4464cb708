// What another program's configuration says of signing, in our words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"

namespace rampart::audit::import {

// Our own.
inline constexpr std::size_t kMaxFile = std::size_t{16} << 20;  // bytes of a configuration or table
inline constexpr std::size_t kMaxEntries = 100'000;             // of a table

// A place in a file; `line` 0 is the file as a whole.
struct Place {
  std::string file;
  std::size_t line = 0;

  [[nodiscard]] std::string text() const;
};

struct Rule {
  std::string pattern;  // as a signing table has it
  std::string domain;   // a name as dns::Name::text() has it, or "%" for the sender's own
  std::string selector;
  std::string key_file;     // a path, or empty when the key stands in `key_text`
  crypto::Secret key_text;  // PEM
  Place place;
};

struct Note {
  Place place;
  std::string text;  // printable
};

struct Imported {
  std::vector<Rule> rules;            // of which the first that matches counts
  bool all = false;                   // every rule that matches signs
  std::vector<std::string> internal;  // hosts and networks whose mail is signed
  std::vector<std::string> trusted;   // outside hosts that may send as these domains, unsigned
  std::vector<Note> notes;            // what was not taken over
};

// Files as the importer needs them, so that it knows no file system.
struct Files {
  std::function<base::Result<std::string>(const std::string&)> read;
  // The names in a folder; none where there is no such folder.
  std::function<base::Result<std::vector<std::string>>(const std::string&)> list;
};

// What a program would not sign by, or what is not understood well enough to sign by it, is an error of kind input that names file
// and line; what is left out without changing who signs for the rest is a note.
//
// opendkim.conf with KeyTable and SigningTable (file, refile, csl, %), or with Domain, Selector and KeyFile.
base::Result<Imported> import_opendkim(const std::string& path, const Files& files);
// rspamd's dkim_signing.conf with its domain blocks, paths with $domain and $selector, selector_map and path_map.
base::Result<Imported> import_rspamd(const std::string& path, const Files& files);

namespace detail {
// For each file that a path with `mark` in it ("%" or "$domain") names, what stands there for the mark; sorted. By the names in
// folders alone, so that a file that cannot be read is named when it is to be read.
base::Result<std::vector<std::string>> fillings(const std::string& path, const std::string& mark,
                                                const Files& files);
base::Error too_many(const Place& place);
std::string filled(std::string text, const std::string& mark, const std::string& with);
}  // namespace detail

}  // namespace rampart::audit::import
