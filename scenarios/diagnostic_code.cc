#include "scenarios/diagnostic_code.h"

#include <algorithm>

#include "scenarios/text.h"
#include "sim/check.h"

namespace ktrial::scenarios {

const std::vector<CodeExplanation>& CodeExplanations() {
  static const auto& table = *new std::vector<CodeExplanation>{
      {Code::kUnknownKey, "unknown key",
       "The key exists neither in the scenario language at this place nor in Kafka. It is refused, since a key that is "
       "silently ignored makes a trial answer another question than the one asked. Check the spelling; `ktrial list "
       "configs` prints the Kafka keys."},
      {Code::kWrongScope, "Kafka key in the wrong place",
       "The key is Kafka's, but belongs to another part: a producer setting under the cluster's config, say, or a "
       "topic "
       "setting under a broker. Some settings have one name on the broker (log.segment.bytes) and another on a topic "
       "(segment.bytes)."},
      {Code::kNotModelled, "Kafka key that is not modelled",
       "Kafka knows the key, but ktrial does not act on it: the trial runs as if it had its default. If the answer may "
       "depend on it, do not trust the verdict on that point. `--strict` makes this an error."},
      {Code::kRemovedKey, "Kafka key that this version does not have",
       "The chosen `kafka:` version has dropped or renamed the key, and a broker or client of that version would "
       "ignore "
       "or refuse it. Use the key that replaced it, or choose a version that has it."},
      {Code::kDuplicateKey, "key given twice",
       "The same key stands twice in one mapping. YAML libraries take one of the two without a word, so ktrial refuses "
       "both."},
      {Code::kBadYaml, "not well-formed YAML",
       "The file is not YAML as ktrial reads it: a YAML 1.2 subset without tabs, without tags such as !!int, with one "
       "document a file. Usual causes are an unclosed quote or bracket, a wrong indent, or a missing space after a "
       "colon."},
      {Code::kMissingUnit, "number without a unit",
       "Durations, sizes and rates carry their unit: 30s, 250ms, 1h30m; 1KiB, 10MB; 500/s. A bare number is accepted "
       "only for Kafka's own keys, where it means what it means in server.properties (milliseconds, bytes)."},
      {Code::kBadValue, "value of the wrong kind",
       "The value is not of the kind that the key takes: a size where a duration is wanted (5MB), a word where a "
       "number "
       "is wanted, `yes` for a boolean (Kafka takes true and false)."},
      {Code::kOutOfRange, "value out of range",
       "The value has the right kind, but Kafka (or ktrial) does not accept it: acks takes all, -1, 0 or 1; a broker "
       "count is at least 1. Kafka's own limits are those of the chosen version."},
      {Code::kReplicationAboveBrokers, "replication factor above the number of brokers",
       "Kafka puts at most one replica of a partition on a broker, and refuses to create such a topic "
       "(INVALID_REPLICATION_FACTOR). For __consumer_offsets this means that no consumer group can work: set "
       "offsets.topic.replication.factor in small clusters."},
      {Code::kMinIsrAboveReplication, "min.insync.replicas above the replication factor",
       "No partition can ever have that many in-sync replicas, so every write with acks=all fails with "
       "NOT_ENOUGH_REPLICAS. Kafka lets you do it. If that is what you want to try, add `allow: [KS011]`."},
      {Code::kMinIsrEqualsReplication, "min.insync.replicas equals the replication factor",
       "One replica down, even for a planned restart, and writes with acks=all stop until it is back in the ISR. The "
       "usual choice is one less than the replication factor. `allow: [KS012]` silences the warning."},
      {Code::kUnknownName, "name that the scenario does not define",
       "A selector, a workload or an expectation names a broker, controller, topic, group, client or defect that does "
       "not exist in this scenario, or a fault a request that Kafka does not have. Brokers are numbered from 1, "
       "controllers from 3001, members of a workload from 0."},
      {Code::kPartitionOutOfRange, "partition that the topic does not have",
       "Partitions are numbered from 0 to partitions - 1."},
      {Code::kSelectorMayMatchNothing, "selector that may match nothing",
       "There may be nothing to hit when the fault begins, such as the followers of a topic with one replica. A fault "
       "that hits nothing proves nothing."},
      {Code::kAmbiguousSelector, "selector that could mean two things",
       "`client a-1` can be the second member of workload `a` or a workload called `a-1`. Rename one of them."},
      {Code::kFaultAfterEnd, "fault outside of the run",
       "The fault begins or heals after `duration`. Faults are healed when the duration is over, before the quiet "
       "phase "
       "(`quiesce`) in which the cluster has to recover; so a longer `for` would not happen as written."},
      {Code::kContradictingFaults, "faults that contradict one another",
       "A node is started while another fault still holds it down. Which of the two should win is not clear; let the "
       "first one heal before, or leave out its `for`."},
      {Code::kPartitionGroups, "groups of a partition that overlap or leave nodes out",
       "A partition cuts groups of nodes from each other, so no node can be in two of them. Nodes and clients in no "
       "group reach all, and are reached by all: with two groups and one node outside, that node is a bridge between "
       "two halves. If that is meant, add `allow: [KS020]`."},
      {Code::kAfterCycle, "faults that wait for one another",
       "Each of them begins `after` the other, so none ever does. Give one of them a time of its own with `at`."},
      {Code::kDeliveryTimeoutTooSmall, "delivery.timeout.ms below linger.ms + request.timeout.ms",
       "Kafka's producer refuses to start with such a setting: a record could expire before its first request has had "
       "its time."},
      {Code::kIdempotenceConflict, "idempotence with conflicting settings",
       "An idempotent producer needs acks=all, retries above 0 and at most 5 requests in flight. With "
       "enable.idempotence=true written out, Kafka's producer refuses to start; left to its default, a conflicting "
       "acks or retries switches idempotence off without a word, and more than 5 in flight is refused."},
      {Code::kSessionTimeout, "session timeout out of step",
       "The heartbeat interval has to be shorter than the session timeout (Kafka advises a third at most), and the "
       "session timeout has to lie between group.min.session.timeout.ms and group.max.session.timeout.ms, or the "
       "broker refuses the member (INVALID_SESSION_TIMEOUT)."},
      {Code::kControllerMajority, "controllers that do not tolerate what their number suggests",
       "A quorum of 2 or 4 controllers survives no more failures than one of 1 or 3: a majority is needed. An even "
       "number only adds a node that can fail. And where one rack holds so many that the others are no majority, the "
       "loss of that rack stops the control plane: no broker is fenced, no leader elected, no ISR changed, and "
       "acks=all "
       "waits for replicas that are gone."},
      {Code::kDeliveryBelowSession, "delivery timeout shorter than failure detection",
       "A crashed broker is fenced only after broker.session.timeout.ms, and a new leader is elected after that. With "
       "a "
       "shorter delivery.timeout.ms, records for its partitions expire before there is a leader to take them: plan to "
       "see send errors at each unplanned failover."},
      {Code::kNotEvaluable, "expectation that cannot be evaluated",
       "Nothing in the scenario could make the expectation true or false, such as the lag of a group without "
       "consumers. "
       "It would come out as unknown in each run."},
      {Code::kBadExpectation, "expectation that cannot be read",
       "The text under `expect:` does not follow the grammar. The caret stands where the parser stopped. Examples: `no "
       "acked record lost`, `order per partition`, `offsets durable (group billing)`, `unavailable(orders, write) < "
       "12s`, `lost(orders) == 0`, `lag(billing) < 100`, `every partition has a leader`, `isr(orders) full`."},
      {Code::kTooLarge, "file too large",
       "A scenario has at most 1 MiB, 16 KiB a line, 32 levels of nesting, and 100000 values after its anchors are "
       "expanded. A file "
       "beyond that is not a scenario, or is one made to exhaust memory."},
      {Code::kMissingKey, "required key missing",
       "The key has no default. In particular each scenario names its Kafka version, since defaults differ between "
       "versions and decide the numbers."},
      {Code::kWrongShape, "mapping, list or single value expected",
       "The value has another shape than the key takes: a list where a mapping of `key: value` pairs is wanted, for "
       "example."},
      {Code::kUnreadableFile, "file cannot be read",
       "There is no such file, it is a directory or a device, or it may not be read."},
      {Code::kNotText, "file is not text",
       "A scenario is UTF-8 text. The file has bytes that are not, or control characters."},
      {Code::kEmptyScenario, "file is empty",
       "The file holds nothing but white space and comments. `ktrial list scenarios` names shipped scenarios to start "
       "from."},
      {Code::kBadSelector, "selector that cannot be read",
       "Selectors are: `broker 2`, `controller 3001`, `leader of orders/0`, `followers of orders/0`, `isr of "
       "orders/0`, `replicas of orders/0`, `active controller`, `coordinator of group billing`, `client p1`, `random "
       "broker`, `random controller`, `random follower of orders/0`, `random replica of orders/0`, `all brokers`, `all "
       "controllers`, `all clients`, `all`, and lists of these. They are resolved when the fault begins."},
      {Code::kFaultKind, "fault without a kind, or with two",
       "Each entry under `faults:` says when (`at`), and exactly one thing that happens. `ktrial list faults` names "
       "all "
       "that can."},
      {Code::kDuplicateName, "name used twice",
       "Names of workloads and ids of faults have to be unique, since selectors and reports use them."},
      {Code::kUnknownVersion, "Kafka version without a profile",
       "`kafka:` names the behaviour and the defaults to use, and only certain versions are known. The patch number is "
       "not part of it: write 4.1, not 4.1.0."},
      {Code::kBadOverride, "--set argument that cannot be applied",
       "An override is path=value, with `/` between the steps of the path since Kafka's keys contain dots: "
       "topics/orders/config/min.insync.replicas=1. Entries of a list are named by their number from 0, or by their "
       "`name` or `id`."},
      {Code::kBadCondition, "condition that cannot be read",
       "The text of a `when:` does not follow the grammar. The caret stands where the parser stopped. Examples: `first "
       "AlterPartition from broker 1 after 5m`, `3rd Produce to leader of orders/0`, `leader of orders/0 is broker 2`, "
       "`isr of orders/0 has 1`, `isr of orders/0 has at most 2`, `broker 2 is fenced`. The fault begins when the "
       "condition holds for the first time."},
      {Code::kControllersOfAnotherKind, "version that ran with ZooKeeper",
       "Before 3.3 Kafka kept its metadata in ZooKeeper; KRaft was absent or not for production. ktrial runs such a "
       "version's brokers and clients, with its replication protocol and its defaults, under KRaft controllers: what "
       "depends on the controller (how fast a dead broker is noticed, how brokers learn of leaders and in-sync "
       "replicas) is that of KRaft. `allow: [KS048]` silences the warning."},
  };
  return table;
}

std::string CodeName(Code code) {
  const std::string number = std::to_string(static_cast<int>(code));
  return Cat({"KS", std::string(3 - number.size(), '0'), number});
}

std::optional<Code> FindCode(std::string_view name) {
  if (name.size() != 5 || (name[0] != 'K' && name[0] != 'k') || (name[1] != 'S' && name[1] != 's')) return std::nullopt;
  const std::optional<int64_t> number = ParseInteger(name.substr(2));
  for (const CodeExplanation& entry : CodeExplanations()) {
    if (number == static_cast<int64_t>(entry.code)) return entry.code;
  }
  return std::nullopt;
}

const CodeExplanation& Explain(Code code) {
  const auto& table = CodeExplanations();
  const auto found = std::find_if(table.begin(), table.end(), [&](const CodeExplanation& e) { return e.code == code; });
  KT_CHECK(found != table.end());
  return *found;
}

bool IsAllowable(Code code) {
  switch (code) {
    case Code::kNotModelled:
    case Code::kMinIsrAboveReplication:
    case Code::kMinIsrEqualsReplication:
    case Code::kSelectorMayMatchNothing:
    case Code::kPartitionGroups:
    case Code::kControllerMajority:
    case Code::kDeliveryBelowSession:
    case Code::kControllersOfAnotherKind:
      return true;
    default:
      return false;
  }
}

}  // namespace ktrial::scenarios
