import com.netflix.fenzo.ConstraintEvaluator;
import com.netflix.fenzo.TaskRequest;
import com.netflix.fenzo.VMTaskFitnessCalculator;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A task as Fenzo wants to see it: resources alone, no constraints. */
final class Task implements TaskRequest {
  final int index;
  final Workload.Amounts amounts;
  private final String id;
  private AssignedResources assigned;

  Task(String id, int index, Workload.Amounts amounts) {
    this.id = id;
    this.index = index;
    this.amounts = amounts;
  }

  @Override
  public String getId() {
    return id;
  }

  @Override
  public String taskGroupName() {
    return "bench";
  }

  /**
   * In thousandths, as the offers are. Fenzo adds doubles: tenths of a core would not add up, and a
   * machine that they fill exactly would refuse the last one. Whole numbers grant Fenzo exact sums.
   */
  @Override
  public double getCPUs() {
    return amounts.cpuMilli;
  }

  @Override
  public double getMemory() {
    return amounts.memoryMb;
  }

  @Override
  public double getNetworkMbps() {
    return 0;
  }

  @Override
  public double getDisk() {
    return amounts.diskMb;
  }

  @Override
  public int getPorts() {
    return 0;
  }

  @Override
  public Map<String, Double> getScalarRequests() {
    return Collections.emptyMap();
  }

  @Override
  public Map<String, NamedResourceSetRequest> getCustomNamedResources() {
    return Collections.emptyMap();
  }

  @Override
  public List<? extends ConstraintEvaluator> getHardConstraints() {
    return Collections.emptyList();
  }

  @Override
  public List<? extends VMTaskFitnessCalculator> getSoftConstraints() {
    return Collections.emptyList();
  }

  @Override
  public void setAssignedResources(AssignedResources resources) {
    assigned = resources;
  }

  @Override
  public AssignedResources getAssignedResources() {
    return assigned;
  }
}
