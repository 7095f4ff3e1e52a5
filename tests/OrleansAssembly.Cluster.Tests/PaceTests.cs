using Microsoft.Extensions.Time.Testing;
using OrleansAssembly.Grains;

namespace OrleansAssembly.Cluster.Tests;

public class PaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pace _pace;

    public PaceTests() => _pace = new Pace(_time);

    [Fact]
    public void TheFirst_IsToldAtOnce() => Assert.True(_pace.IsOpen);

    [Fact]
    public void WhoAnswersSoon_IsToldTenTimesASecond()
    {
        Tell(answersAfter: 50);
        Assert.False(_pace.IsOpen);
        Pass(50);
        Assert.True(_pace.IsOpen);
    }

    [Fact]
    public void WhoAnswersLate_IsToldLessOften_ButTwiceASecondAllTheSame()
    {
        Tell(answersAfter: 100);
        Pass(99);
        Assert.False(_pace.IsOpen);
        Pass(1);
        Assert.True(_pace.IsOpen);

        Tell(answersAfter: 1000);
        Pass(499);
        Assert.False(_pace.IsOpen);
        Pass(1);
        Assert.True(_pace.IsOpen);
    }

    [Fact]
    public void OneLateAnswer_IsForgottenWithTheNextThatIsSoon()
    {
        Tell(answersAfter: 1000);
        Pass(500);
        Tell(answersAfter: 1);
        Pass(1);
        Assert.True(_pace.IsOpen);
    }

    private void Tell(int answersAfter)
    {
        _pace.Begin();
        Pass(answersAfter);
        _pace.End();
    }

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
