"""What methods of several rooms take steps by: scales, lengths, searches, proxes of the misfit, metrics."""
