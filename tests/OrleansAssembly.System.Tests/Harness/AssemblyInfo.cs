using Xunit.Sdk;
using Xunit.v3;

// Every test starts servers and encoders that take all cores: side by side they would only wait for one another.
[assembly: Parallelization(Mode = ParallelMode.None)]
