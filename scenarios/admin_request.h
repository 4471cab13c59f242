// What an administrator asks the cluster for, as requests and as text.
#ifndef KTRIAL_SCENARIOS_ADMIN_REQUEST_H_
#define KTRIAL_SCENARIOS_ADMIN_REQUEST_H_

#include <string>

#include "absl/container/btree_map.h"
#include "cluster/client/admin_operations_process.h"
#include "scenarios/scenario.h"

namespace ktrial::scenarios {

// By name.
using TopicIds = absl::btree_map<std::string, cluster::TopicId>;

// Of an operation that is a request: any but a rolling restart. `start` is where the scenario's time begins.
cluster::AdminOperation ToAdminOperation(const Scenario& scenario, const TopicIds& topics, const AdminAction& action,
                                         sim::SimTime start);

// "alter_config orders: min.insync.replicas=1, segment.bytes deleted", "reassign orders/0: 3:4", "delete_records
// orders/0 before 1000"
std::string DescribeAdminAction(const AdminAction& action);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_ADMIN_REQUEST_H_
