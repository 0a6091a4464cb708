// rampart guard train, score and signals: the weights of what speaks against a message, and what a folder of mail scores by them.
#include <algorithm>
#include <cmath>

#include "base/columns.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/fix_options.h"
#include "cli/guard_commands.h"
#include "cli/help.h"
#include "cli/looked_mail.h"
#include "guard/inspect/model/train.h"
#include "guard/inspect/settings.h"
#include "server/guard/guard_settings.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
using guard::model::Rate;
using server::guard_settings;

// Our own.
constexpr double kDefaultFalsePositives = 0.01;
constexpr double kStricter = 10;  // of quarantine against tag
constexpr std::size_t kMostFolds = 20;

struct TrainRequest {
  std::vector<std::string> ham;
  std::vector<std::string> phish;
  std::size_t folds = guard::model::kDefaultFolds;
  double false_positives = kDefaultFalsePositives;
  double prior_strength = guard::model::kPriorStrength;
  std::string name = "trained here";
  std::string output;
  std::string scores;
};

struct ScoreRequest {
  std::vector<std::string> paths;
  std::string model;
  std::string format = "text";
};

using guard::model::tenths;

constexpr std::size_t kPointsWidth = 8;    // columns, before what they are of
constexpr std::size_t kSignalIndent = 12;  // columns

// Whom the configuration says to be ours, whom to protect and with whom we deal; brands of ours among it.
Result<std::shared_ptr<const guard::names::NameRules>> names_of(Session& session, const base::Config& config,
                                                                bool is_training) {
  const auto settings = TRY(guard_settings(config));
  const auto& names = settings.inspect.names;
  if (is_training && names.own_domains.empty() && names.own_names.empty() && names.people.empty())
    session.note(
        "the configuration names no domain, name or person of yours (guard.own_domains, guard.own_names, "
        "guard.protected_people): signals of these are found in no message, and keep the weights they were "
        "given");
  return guard::load_names(settings.inspect);
}

std::size_t width_of(const Session& session) { return text_width(session.surroundings().out_is_terminal, 0); }

// Words beneath each other, behind what stands before them.
std::string hanging(std::string_view first, std::string_view words, std::size_t indent, std::size_t width) {
  std::string out;
  for (const auto& line : base::wrap(words, std::max(width, indent + kSignalIndent) - indent)) {
    out += base::pad_right(out.empty() ? first : std::string_view(), indent) + line + "\n";
  }
  return out;
}

// Both classes, looked at, with their clusters.
struct Set {
  std::vector<std::string> files;
  std::vector<guard::model::Example> examples;
  std::size_t faults = 0;
  std::size_t left_out = 0;  // files that are no messages
};

Result<Set> read_set(Session& session, const TrainRequest& request, const guard::names::NameRules& rules) {
  Set out;
  std::vector<guard::model::Document> documents;
  for (const bool is_phish : {false, true}) {
    const auto files = TRY(mail_files(is_phish ? request.phish : request.ham));
    Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "messages");
    auto looked = TRY(look_at_mail(files, rules, progress));
    out.files.reserve(out.files.size() + looked.size());
    out.examples.reserve(out.examples.size() + looked.size());
    documents.reserve(documents.size() + looked.size());
    if (std::ranges::none_of(looked, &LookedMail::is_message))
      return base::fail(ErrorKind::usage, "there is no message in what was named",
                        is_phish ? "--phish" : "--ham", "name a folder of .eml files");
    for (auto& mail : looked) {
      if (!mail.is_message) {
        ++out.left_out;
        continue;
      }
      out.faults += mail.fault.empty() ? 0 : 1;
      out.files.push_back(std::move(mail.file));
      out.examples.push_back({.signals = std::move(mail.signals), .is_phish = is_phish});
      documents.push_back(std::move(mail.document));
    }
  }
  const auto clusters = guard::model::cluster(documents);
  for (std::size_t i = 0; i < clusters.size(); ++i) out.examples[i].cluster = clusters[i];
  return out;
}

std::string percent(const Rate& rate) {
  return fmt::format("{:5.1f} % ({:.1f}-{:.1f}, {} of {})", 100 * rate.value(), 100 * rate.low(),
                     100 * rate.high(), rate.hits, rate.of);
}

Rate reached(const std::vector<double>& scores, double threshold) {
  Rate out{.of = scores.size()};
  for (const auto score : scores) out.hits += score >= threshold ? 1 : 0;
  return out;
}

struct Held {
  std::vector<double> honest;
  std::vector<double> phish;
  std::size_t clusters[2] = {0, 0};
};
Held held_out(const Set& set, const guard::model::CrossValidated& validated) {
  Held out;
  std::vector<std::size_t> seen[2];
  for (std::size_t i = 0; i < set.examples.size(); ++i) {
    const auto& example = set.examples[i];
    (example.is_phish ? out.phish : out.honest).push_back(validated.scores[i]);
    seen[example.is_phish ? 1 : 0].push_back(example.cluster);
  }
  for (int side = 0; side < 2; ++side) {
    std::ranges::sort(seen[side]);
    seen[side].erase(std::ranges::unique(seen[side]).begin(), seen[side].end());
    out.clusters[side] = seen[side].size();
  }
  return out;
}

// Each signal that any message has: in how many of each class, and what it weighs.
std::string signal_table(const Set& set, const guard::model::Trained& trained) {
  std::array<std::size_t, guard::signal::kCodes> counts[2] = {};
  std::size_t totals[2] = {0, 0};
  for (const auto& example : set.examples) {
    const int side = example.is_phish ? 1 : 0;
    ++totals[side];
    for (const auto& signal : example.signals) ++counts[side][static_cast<std::size_t>(signal.code)];
  }
  auto out = fmt::format("{:<28}{:>9}{:>9}{:>9}{:>9}\n", "signal", "phish %", "ham %", "prior", "weight");
  for (const auto& kind : guard::signal::kinds()) {
    const auto at = static_cast<std::size_t>(kind.code_number);
    const auto share = [&](int side) {
      return totals[side] == 0
                 ? 0
                 : 100.0 * static_cast<double>(counts[side][at]) / static_cast<double>(totals[side]);
    };
    out += fmt::format("{:<28}{:>9.1f}{:>9.1f}{:>9.1f}{:>9.1f}\n", kind.code, share(1), share(0),
                       kind.prior * guard::model::kPointsPerLogit, trained.weights[at]);
  }
  return out;
}

// Without what arithmetic leaves behind the third digit.
double rounded(double value) { return std::round(value * 1000) / 1000; }

void write_signals(base::JsonWriter& json, std::span<const guard::signal::Signal> signals,
                   const guard::model::Model* model) {
  json.key("signals").begin_array();
  for (const auto& signal : signals) {
    json.begin_object()
        .member("code", guard::signal::kind_of(signal.code).code)
        .member("strength", rounded(signal.strength));
    if (model != nullptr) json.member("points", rounded(signal.strength * model->weight(signal.code)));
    json.member("evidence", signal.evidence).member("part", signal.part).end_object();
  }
  json.end_array();
}

Result<> write_scores(const std::string& path, const Set& set,
                      const guard::model::CrossValidated& validated) {
  std::string out;
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    base::JsonWriter json(out);
    json.begin_object().member("file", set.files[i]).member("phish", set.examples[i].is_phish);
    json.member("cluster", set.examples[i].cluster)
        .member("fold", validated.fold[i])
        .member("score", validated.scores[i]);
    write_signals(json, set.examples[i].signals, nullptr);
    json.end_object();
    out += '\n';
  }
  return base::write_file(path, out);
}

Result<Exit> run_train(Session& session, const TrainRequest& request) {
  const auto* config = TRY(session.config());
  if (!(request.false_positives > 0 && request.false_positives < 1))
    return base::fail(ErrorKind::usage, "--false-positives takes a share above 0 and below 1", {},
                      "write --false-positives 0.01");
  const auto rules = TRY(names_of(session, *config, true));
  const auto set = TRY(read_set(session, request, *rules));
  const guard::model::TrainOptions options{.prior_strength = request.prior_strength, .folds = request.folds};
  const auto trained = guard::model::train(set.examples, options);
  const auto validated = guard::model::cross_validate(set.examples, options);
  const auto held = held_out(set, validated);
  const auto tag = std::max(guard::model::threshold_at(held.honest, request.false_positives), 1.0);
  const auto quarantine =
      std::max(guard::model::threshold_at(held.honest, request.false_positives / kStricter), tag);
  const std::vector<std::string> remarks{
      fmt::format("Written by rampart guard train: {} honest messages in {} clusters, {} others in {}.",
                  held.honest.size(), held.clusters[0], held.phish.size(), held.clusters[1]),
      fmt::format("By {} folds that split no cluster: tag {}, quarantine {} of the others;", options.folds,
                  percent(reached(held.phish, tag)), percent(reached(held.phish, quarantine))),
      fmt::format("tag {}, quarantine {} of the honest ones.", percent(reached(held.honest, tag)),
                  percent(reached(held.honest, quarantine)))};
  TRY(base::write_file(request.output,
                       guard::model::write_model(trained, request.name, tag, quarantine, remarks)));
  if (!request.scores.empty()) TRY(write_scores(request.scores, set, validated));
  auto out = signal_table(set, trained) + "\n";
  for (const auto& remark : remarks) out += remark + "\n";
  if (set.faults != 0) out += fmt::format("Of {} messages not everything was seen.\n", set.faults);
  if (set.left_out != 0)
    out += fmt::format("Files that are no messages, and were left out: {}.\n", set.left_out);
  if (request.output != "-") TRY(session.print(out));
  return Exit::clean;
}

// By which the guard of this configuration would judge, or one that is named.
Result<std::shared_ptr<const guard::model::Model>> model_of(const base::Config& config,
                                                            const std::string& file) {
  auto sources = TRY(guard_settings(config)).inspect;
  if (file.empty()) return guard::load_model(sources);
  return std::make_shared<const guard::model::Model>(
      TRY(guard::model::Model::parse(TRY(base::read_file(file, guard::model::kMaxModelBytes)), file)));
}

// A message's score, and beneath it what made it.
std::string score_text(const LookedMail& mail, const guard::model::Judged& judged, std::size_t width) {
  const auto file = base::printable(mail.file);
  if (!mail.is_message)
    return fmt::format("{:>{}}  {:<11}{}\n", "?", kPointsWidth, "unknown", file) +
           hanging("", "it was not judged: " + base::printable(mail.fault), kSignalIndent, width);
  auto out = fmt::format("{:>{}}  {:<11}{}\n", tenths(judged.score), kPointsWidth,
                         guard::model::to_string(judged.level), file);
  for (const auto& contribution : judged.contributions) {
    const auto& signal = mail.signals[contribution.signal];
    out += hanging(fmt::format("{:>{}}", tenths(contribution.points), kPointsWidth),
                   base::printable(fmt::format("{} ({}): {}", guard::signal::kind_of(signal.code).code,
                                               signal.part, signal.evidence)),
                   kSignalIndent, width);
  }
  if (!mail.fault.empty())
    out += hanging("", "not all was seen: " + base::printable(mail.fault), kSignalIndent, width);
  return out;
}

Result<Exit> run_score(Session& session, const ScoreRequest& request) {
  const auto* config = TRY(session.config());
  const auto model = TRY(model_of(*config, request.model));
  const auto rules = TRY(names_of(session, *config, false));
  const auto files = TRY(mail_files(request.paths));
  Progress progress(session.surroundings().err, session.surroundings().err_is_terminal, "messages");
  const auto looked = TRY(look_at_mail(files, *rules, progress));
  std::vector<guard::model::Document> documents;
  documents.reserve(looked.size());
  for (const auto& mail : looked) documents.push_back(mail.document);
  const auto clusters = guard::model::cluster(documents);
  bool any_found = false;
  bool any_unknown = false;
  std::string out;
  for (std::size_t i = 0; i < looked.size(); ++i) {
    const auto& mail = looked[i];
    const auto judged = model->judge(mail.signals);
    any_found = any_found || judged.level != guard::model::Level::none;
    any_unknown = any_unknown || !mail.is_message;
    if (request.format != "jsonl") {
      out += score_text(mail, judged, width_of(session));
      continue;
    }
    base::JsonWriter json(out);
    json.begin_object()
        .member("file", mail.file)
        .member("score", rounded(judged.score))
        .member("level", mail.is_message ? guard::model::to_string(judged.level) : "unknown");
    json.member("cluster", clusters[i]).member("fault", mail.fault);
    write_signals(json, mail.signals, model.get());
    json.end_object();
    out += '\n';
  }
  TRY(session.print(out));
  return any_found ? Exit::findings : any_unknown ? Exit::undetermined : Exit::clean;
}

Result<Exit> run_signals(Session& session, const std::string& format) {
  const auto* config = TRY(session.config());
  const auto loaded = TRY(model_of(*config, {}));
  const auto& model = *loaded;
  std::string out;
  if (format == "json") {
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().member("schema", "rampart.signals/1").member("model", model.name());
    json.member("tag", model.tag()).member("quarantine", model.quarantine()).key("signals").begin_array();
    for (const auto& kind : guard::signal::kinds()) {
      json.begin_object().member("code", kind.code).member("family", guard::signal::to_string(kind.family));
      json.member("points", model.weight(kind.code_number))
          .member("text", kind.english)
          .member("text_ur", kind.urdu)
          .end_object();
    }
    json.end_array().end_object();
    out += "\n";
  } else {
    constexpr std::size_t kTextIndent = 36;  // columns; the longest code has 26
    for (const auto& kind : guard::signal::kinds())
      out += hanging(fmt::format("{:>6.1f}  {:<28}", model.weight(kind.code_number), kind.code), kind.english,
                     kTextIndent, width_of(session));
    out += fmt::format(
        "\nTagged from {} points on, quarantined from {} on, by the weights \"{}\".\nWhat weighs 0 is found, "
        "and "
        "counts for nothing.\n",
        tenths(model.tag()), tenths(model.quarantine()), model.name());
  }
  TRY(session.print(out));
  return Exit::clean;
}

void add_train(CLI::App& guard, Session& session) {
  auto request = std::make_shared<TrainRequest>();
  auto* train =
      guard.add_subcommand("train", "Weigh the signals of content by mail of your own, and write a model");
  train
      ->add_option("--ham", request->ham,
                   "A folder of honest messages, or one message; may be given several times")
      ->type_name("PATH")
      ->required();
  train->add_option("--phish", request->phish, "The same of phishing and fraud")
      ->type_name("PATH")
      ->required();
  train
      ->add_option("--folds", request->folds,
                   fmt::format("Parts that measure each other; near duplicates stay in one [{}]",
                               guard::model::kDefaultFolds))
      ->type_name("NUMBER")
      ->check(whole_number(2, kMostFolds));
  train
      ->add_option("--false-positives", request->false_positives,
                   fmt::format("The share of honest mail that may be tagged; a tenth of it may be "
                               "quarantined [{}]",
                               kDefaultFalsePositives))
      ->type_name("SHARE");
  train
      ->add_option("--prior", request->prior_strength,
                   fmt::format("How much mail it takes to move a weight from where it was given [{}]",
                               guard::model::kPriorStrength))
      ->type_name("NUMBER");
  train
      ->add_option("--name", request->name,
                   fmt::format("What the model is called in verdicts [{}]", request->name))
      ->type_name("TEXT");
  train
      ->add_option("--scores", request->scores,
                   "Write each message's score, by a model that did not see it, as JSON lines")
      ->type_name("FILE");
  train->add_option("--output", request->output, "Where the model is written; - for standard output")
      ->type_name("FILE")
      ->required();
  train->footer(
      "Offline: what DNS says of a sender is not asked, and those signals keep the weights they were given. "
      "Whom the configuration names (guard.own_domains, guard.own_names, guard.protected_people, "
      "guard.partner_domains, guard.brands_file) counts as in the guard.\n"
      "Exit status: 0 the model is written, 2 wrong usage or configuration, or there is no mail.\n"
      "Most often: rampart guard train --ham good/ --phish bad/ --output model.toml");
  session.on_run(*train, [request](Session& s) { return run_train(s, *request); });
}

}  // namespace

void add_guard_train_commands(CLI::App& guard, Session& session) {
  add_train(guard, session);
  auto request = std::make_shared<ScoreRequest>();
  auto* score = guard.add_subcommand("score", "Print what the content of messages scores, offline");
  score->add_option("PATH", request->paths, "Messages, and folders of them")->required();
  score
      ->add_option("--model", request->model,
                   "A model that rampart guard train wrote, instead of guard.weights_file or the one brought "
                   "along")
      ->type_name("FILE");
  score->add_option("--format", request->format, "text or jsonl [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "jsonl"}));
  score->footer(
      "Whom the configuration names (guard.own_domains and the like), its brands, weights and thresholds "
      "count "
      "as in the guard; what DNS says of a sender, and what YARA rules and a virus scanner find, does not.\n"
      "Exit status: 0 none is tagged, 1 one is tagged or quarantined, 2 wrong usage or configuration, 3 none "
      "is, "
      "and one could not be read.\n"
      "Most often: rampart guard score mail/");
  session.on_run(*score, [request](Session& s) { return run_score(s, *request); });

  auto format = std::make_shared<std::string>("text");
  auto* signals =
      guard.add_subcommand("signals", "Print what speaks against a message's content, and what it weighs");
  signals->add_option("--format", *format, "text or json [text]")
      ->type_name("FORMAT")
      ->check(one_of({"text", "json"}));
  signals->footer(
      "The weights are those of guard.weights_file, or those brought along.\n"
      "Most often: rampart guard signals");
  session.on_run(*signals, [format](Session& s) { return run_signals(s, *format); });
}

}  // namespace rampart::cli
