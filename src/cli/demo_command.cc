// rampart demo: the whole over an invented country, offline.
#include <filesystem>

#include "cli/commands.h"
#include "server/demo/run.h"
#include "server/schema.h"

namespace rampart::cli {
namespace {

struct Request {
  std::string folder;
  std::uint16_t port = server::demo::DemoOptions().port;
};

base::Result<Exit> run(Session& session, const Request& request) {
  if (session.names_config())
    return base::fail(base::ErrorKind::usage, "a demo has a configuration of its own", "--config",
                      "leave it out; `rampart serve --config FILE` runs what is yours");
  auto folder = request.folder;
  if (folder.empty()) folder = (std::filesystem::temp_directory_path() / "rampart-demo").string();
  TRY(server::demo::run_demo(
      {.folder = folder, .port = request.port}, server::schema(),
      {.read_config = {}, .print = session.surroundings().out, .console = session.surroundings().console}));
  return Exit::clean;
}

}  // namespace

void add_demo_command(CLI::App& root, Session& session) {
  auto request = std::make_shared<Request>();
  auto* demo =
      root.add_subcommand("demo", "Run the whole over an invented country, offline, to have a look at it");
  demo->add_option(
          "--folder", request->folder,
          "A folder of its own, which is emptied at each start [rampart-demo in the folder of temporary "
          "files]")
      ->type_name("DIR");
  demo->add_option("--port", request->port, "Where the console is: http://localhost:PORT [8898]")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  demo->footer(
      "Nothing is asked of the net, and nothing leaves this machine. It prints a link by which you become "
      "its "
      "owner, and runs until Ctrl C.\n"
      "Most often: rampart demo");
  session.on_run(*demo, [request](Session& s) { return run(s, *request); });
}

}  // namespace rampart::cli
